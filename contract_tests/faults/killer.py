"""Kills its own process at the kill point that somebody has armed, and proves it by a file written right before."""

import json
import os
import signal
from collections.abc import Iterable, Mapping
from pathlib import Path
from time import time
from typing import Any, Final

from contract_tests.faults.kill_point import KillPoint, When, kill_point
from contract_tests.faults.passage import call_of, details_of

FOLDER: Final = "TRIAL_KILLS"
"""The environment variable that names the folder of orders and proofs."""

FIRED: Final = "fired"


class Killer:
    """Looks at each passage whether it is the one; an order is a file, so that it can come while the process runs."""

    def __init__(self, folder: Path, process: str) -> None:
        self._armed = folder / f"{process}.json"
        self._folder = folder
        self._order: Mapping[str, str] = {}
        self._passed = 0

    def passage(self, port: str, method: str, when: When, given: Iterable[Any]) -> None:
        """To be told of every one. Returns unless it is the end."""
        point = self._point()
        if point is None or (point.port, point.method, point.when) != (port, method, when):
            return
        given = tuple(given)
        if point.detail and point.detail not in details_of(given):
            return
        self._passed += 1
        if self._passed == point.nth:
            self._kill(point, call_of(given))

    def _point(self) -> KillPoint | None:
        try:
            order: dict[str, str] = json.loads(self._armed.read_bytes())
        except FileNotFoundError:
            return None
        if order != self._order:
            self._order, self._passed = order, 0
        return kill_point(order["point"])

    def _kill(self, point: KillPoint, call_id: str) -> None:
        proof = {"point": str(point), "at": time(), "pid": os.getpid(), "call_id": call_id}
        fired = self._folder / FIRED / f"{self._order['trial']}.json"
        with fired.with_suffix(".part").open("w") as file:
            file.write(json.dumps(proof))
            file.flush()
            os.fsync(file.fileno())
        self._armed.unlink()
        fired.with_suffix(".part").replace(fired)
        if point.whole:
            os.killpg(os.getpgrp(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)


def arm(folder: Path, trial: str, point: KillPoint) -> None:
    """The next passage there is the process's last, whole or not at all."""
    order = folder / f"{point.process}.json"
    part = order.with_suffix(".part")
    part.write_text(json.dumps({"trial": trial, "point": str(point)}))
    part.replace(order)


def disarm(folder: Path, point: KillPoint) -> None:
    (folder / f"{point.process}.json").unlink(missing_ok=True)

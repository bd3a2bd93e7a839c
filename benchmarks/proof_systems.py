"""What the proof calls: a CXB of its own, an echo, or whatever answers at an address."""

import asyncio
import json
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.processes import LOOPBACK, PORTS, environment, free_ports, seconds_until, started
from launcher.demo.client import signed_in
from launcher.demo.scene import EXAMPLES

NUMBER: Final = "+14155550100"
RTP_EACH: Final = 2000
"""For each system: 100 calls have 200."""

SPARE: Final = 10
"""Calls beyond those: what a call before them holds is let go a moment after its end."""

ASKED_FOR: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """Who is called, and where. `process` and its descendants are what it costs; None where that is not known."""

    number: str
    host: str
    port: int
    process: int | None


@contextmanager
def own_system(folder: Path, calls: int, call_processes: int) -> Iterator[Called]:
    """A CXB in that new folder, whose bot answers a number for so many callers at once."""
    *_, port = free_ports(len(PORTS) + 1)  # the others are those that `environment` gives out
    environ = environment(
        folder / "data",
        CXB_SETTINGS=os.devnull,
        CXB_SIP_PORT=str(port),
        CXB_RTP_PORTS=_rtp_ports(0),
        CXB_CORE_CAPACITY=str(calls + SPARE),
        CXB_CORE_PROCESSES=str(call_processes),
    )
    log = folder / "up.log"
    with started("launcher", "up", environ=environ, log=log) as process:
        seconds_until(partial(_password, log, process.poll), time.monotonic())
        asyncio.run(_set_up(f"http://{LOOPBACK}:{environ['CXB_CONSOLE_PORT']}", _password(log), calls))
        seconds_until(partial(answers_options, LOOPBACK, port), time.monotonic())
        yield Called(number=NUMBER, host=LOOPBACK, port=port, process=process.pid)


@contextmanager
def echo(folder: Path) -> Iterator[Called]:
    [port] = free_ports(1)
    asked, log = (str(port), _rtp_ports(1)), folder / "echo.log"
    with started("benchmarks.sip_echo", *asked, environ=environment(folder), log=log) as process:
        seconds_until(partial(answers_options, LOOPBACK, port), time.monotonic())
        yield Called(number=NUMBER, host=LOOPBACK, port=port, process=process.pid)


@contextmanager
def running_already(called: Called) -> Iterator[Called]:
    """Somebody else has set it up and will stop it."""
    yield called


def is_here(host: str) -> bool:
    """Whether that address is one of this machine's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((host, 0))
        except OSError:
            return False
    return True


def answers_options(host: str, port: int) -> bool:
    """Whether anybody speaks SIP over UDP there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(ASKED_FOR)
        try:
            asking.connect((host, port))
            here = "{}:{}".format(*asking.getsockname())
            asking.send(OPTIONS.format(to=f"{host}:{port}", here=here, at=time.monotonic_ns()).encode())
            return asking.recv(4096).startswith(b"SIP/2.0 ")
        except OSError:
            return False


OPTIONS: Final = (
    "OPTIONS sip:{to} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{at};rport\r\nMax-Forwards: 70\r\n"
    "From: <sip:proof@{here}>;tag={at}\r\nTo: <sip:{to}>\r\nCall-ID: {at}@proof\r\nCSeq: 1 OPTIONS\r\n"
    "Contact: <sip:proof@{here}>\r\nContent-Length: 0\r\n\r\n"
)


def _rtp_ports(place: int) -> str:
    first = 12_000 + place * RTP_EACH
    return f"{first}-{first + RTP_EACH - 1}"


def _password(log: Path, died: Callable[[], int | None] = lambda: None) -> str:
    """Printed when all processes are ready. Raises RuntimeError when the launcher has died instead."""
    said = log.read_text()
    found = re.search(r"password: (\S+)", said)
    if not found and died() is not None:
        raise RuntimeError(f"CXB did not start:\n{said}")
    return found[1] if found else ""


async def _set_up(console: str, password: str, calls: int) -> None:
    """A trunk that this machine may call in by, and a number with a bot behind it."""
    draft = json.loads((EXAMPLES / "bots" / "talker.json").read_text())
    async with signed_in(console, "admin@example.com", password, asyncio.sleep) as api:
        bot = await api.post("/bots", {"name": "Talker", "draft": draft})
        await api.post(f"/bots/{bot['id']}/publish")
        sip = {"host": LOOPBACK, "trusted": [LOOPBACK]}
        await api.post("/trunks", {"name": "Proof", "sip": sip, "channels": calls + SPARE, "calls_per_second": 100.0})
        await api.post("/dids", {"number": NUMBER, "bot_id": bot["id"]})

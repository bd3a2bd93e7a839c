"""A whole system started as a user starts it, on ports and a folder of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

PORTS = ("CXB_CONSOLE_PORT", "CXB_API_PORT", "CXB_CORE_PORT", "CXB_DIALLER_PORT", "CXB_EXCHANGE_PORT")
PATIENCE = 150.0


def free_ports(first: int) -> list[int]:
    """Below the range of outgoing connections, so that nobody takes one in the meantime."""
    found: list[int] = []
    for port in range(first, 32000):
        with socket.socket() as probe:
            probe.settimeout(0.5)  # somebody who listens and takes nobody in would never answer
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                found.append(port)
        if len(found) == len(PORTS):
            return found
    raise AssertionError("no free ports")


def environment(folder: Path, first_port: int) -> dict[str, str]:
    ports = dict(zip(PORTS, map(str, free_ports(first_port)), strict=True))
    own = {"CXB_DATA": str(folder), "CXB_DRAIN_SECONDS": "3", **ports}
    return {**{k: v for k, v in os.environ.items() if not k.startswith("CXB_")}, **own}


@dataclass(slots=True)
class System:
    """`./cxb up` as a process. `output` is what it has printed so far."""

    process: "subprocess.Popen[str]"
    log: Path
    ports: list[int] = field(default_factory=list)

    @property
    def output(self) -> str:
        return self.log.read_text()

    def until(self, words: str, times: int = 1) -> str:
        """What was printed once `words` have come up so often."""
        end = time.monotonic() + PATIENCE
        while self.output.count(words) < times:
            assert time.monotonic() < end, self.output
            assert self.process.poll() is None, self.output
            time.sleep(0.05)  # a process of its own: there is nothing to be told by
        return self.output

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)

    def healthy(self, port: int) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False


@contextmanager
def up(folder: Path, environ: dict[str, str], log: Path) -> Iterator[System]:
    """Started, and ended when the context does, whatever the test left of it."""
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "launcher", "up"], env=environ, stdout=out, stderr=subprocess.STDOUT, text=True
        )
    try:
        yield System(process, log, [int(environ[name]) for name in PORTS])
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()


def password_in(output: str) -> str | None:
    found = re.search(r"password: (\S+)", output)
    return found.group(1) if found else None

"""CXB's processes for benchmarks: started on ports and a folder of their own, found, and ended."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

PORTS: Final = ("CXB_CONSOLE_PORT", "CXB_API_PORT", "CXB_CORE_PORT", "CXB_DIALLER_PORT", "CXB_EXCHANGE_PORT")
LOOPBACK: Final = "127.0.0.1"
PATIENCE: Final = 180.0
LOOK_EVERY: Final = 0.02
SECRET: Final = "a-secret-that-only-this-benchmark-uses-0"  # noqa: S105  # a benchmark's own


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Of this process, with free ports and a folder instead of anything that it says of CXB."""
    ports = free_ports(len(PORTS))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CXB")}
    addresses = {"CXB_API_URL": f"http://127.0.0.1:{ports[1]}", "CXB_CORE_URL": f"http://127.0.0.1:{ports[2]}"}
    own = {"CXB_DATA": str(folder), "CXB_DRAIN_SECONDS": "1", "CXB_LOG_LEVEL": "warning"}
    return {**inherited, **own, **addresses, **dict(zip(PORTS, map(str, ports), strict=True)), **more}


def free_ports(count: int) -> list[int]:
    """Below those that the system gives to outgoing connections, so that nobody takes one in the meantime."""
    found: list[int] = []
    for port in range(23_000 + os.getpid() % 6_000, 32_000):
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, port)) != 0:
                found.append(port)
        if len(found) == count:
            return found
    raise OSError("no free ports")


@contextmanager
def started(module: str, *arguments: str, environ: Mapping[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """`python -m module`; told to stop in the end, and killed if it does not."""
    with log.open("ab") as out:
        process = subprocess.Popen(  # noqa: S603  # our own interpreter and modules
            [sys.executable, "-m", module, *arguments], env=environ, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2.0, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def seconds_until(holds: Callable[[], object], since: float) -> float:
    """From `since` on, by the monotonic clock."""
    while not holds():
        if time.monotonic() - since > PATIENCE:
            raise TimeoutError(f"not within {PATIENCE:.0f} s")
        time.sleep(LOOK_EVERY)
    return time.monotonic() - since

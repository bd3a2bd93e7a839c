"""The stand-in as a process of its own, with SIP on loopback: one for the whole session, ended by its process id."""

import atexit
import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from contract_tests.backends import livekit_server
from contract_tests.carrier.loopback import LOOPBACK, free_port
from contract_tests.faults.free_ports import take_ports

START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 30.0
ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningStandIn:
    """`url` is of its service, `sip` where it is called."""

    url: str
    sip: tuple[str, int]
    process: subprocess.Popen[bytes]
    folder: Path

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def stop(self) -> int:
        """As a supervisor does; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        finally:
            self.process.kill()
            self.process.wait()

    def clear(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@cache
def the_stand_in() -> RunningStandIn:
    """The session's."""
    one = start(livekit_server.the_server().url)
    atexit.register(one.clear)
    return one


def start(livekit: str, **more: object) -> RunningStandIn:
    """One of the caller's own, who stops it. `more` goes into its configuration."""
    folder, (http,), sip = Path(mkdtemp(prefix="cxb-standin-")), take_ports(1), _sip_port()
    config = {
        "api_key": livekit_server.KEY,
        "api_secret": livekit_server.SECRET,
        "ws_url": livekit,
        "sip_port": sip,
        "rtp_port": "32701-34000",
        "health_port": http,
        **more,
    }
    (folder / "sip.json").write_text(json.dumps(config))
    command = [sys.executable, "-m", "launcher.sip_stand_in.main", "--config", str(folder / "sip.json")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT)  # noqa: S603  # our own
    one = RunningStandIn(url=f"http://{LOOPBACK}:{http}", sip=(LOOPBACK, sip), process=process, folder=folder)
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(f"{one.url}/healthz", timeout=1.0):  # noqa: S310  # loopback
                return one
        except (URLError, OSError):
            time.sleep(0.05)
    said = one.log()
    one.clear()
    raise AssertionError(f"the stand-in did not start: {said[-2000:]}")


def _sip_port() -> int:
    """One that nobody has had of late either: the SIP stack opens none that still has connections in TIME_WAIT."""
    while True:
        port = free_port()
        with socket.socket() as probe, suppress(OSError):
            probe.bind((LOOPBACK, port))
            return port

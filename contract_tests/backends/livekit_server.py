"""A real livekit-server for the tests: one for the whole session, on loopback alone, ended by its process id."""

import atexit
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from secrets import token_hex
from tempfile import mkdtemp
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from contract_tests.backends.backend import Missing
from contract_tests.faults.free_ports import take_ports

VERSION: Final = "1.13.5"
VARIABLE: Final = "CXB_LIVEKIT_SERVER"
"""The environment's name for a server of one's own."""

CACHED: Final = Path.home() / ".cache" / "cxb" / f"livekit-server-{VERSION}" / "server"
KEY: Final = "cxb-tests"
SECRET: Final = token_hex(32)
"""As production wants it: processes that run as there use this server, too."""

START_SECONDS: Final = 20.0

CONFIG: Final = """\
port: {http}
bind_addresses: ["127.0.0.1"]
rtc:
  tcp_port: 0  # media over TCP would listen on every address
  udp_port: {udp}
  use_external_ip: false
  node_ip: 127.0.0.1
  enable_loopback_candidate: true
  interfaces:
    includes: [lo]
  ips:
    includes: [127.0.0.1/32]
room:
  auto_create: {auto_create}
keys:
  {key}: {secret}
logging:
  level: warn
{more}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningServer:
    """`stop` ends it as a crash would."""

    url: str
    process: subprocess.Popen[bytes]
    folder: Path

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@cache
def the_server() -> RunningServer:
    """The session's. Raises Missing where there is no binary."""
    server = start()
    atexit.register(server.stop)
    return server


def start(*, auto_create: bool = False, more: str = "") -> RunningServer:
    """One of the caller's own, who stops it. `more` is added to its configuration."""
    binary = find()
    folder = Path(mkdtemp(prefix="cxb-livekit-"))
    http, udp = take_ports(2)
    text = CONFIG.format(http=http, udp=udp, key=KEY, secret=SECRET, auto_create=str(auto_create).lower(), more=more)
    config = folder / "livekit.yaml"
    config.write_text(text)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([binary, "--config", str(config)], stdout=log, stderr=log)  # noqa: S603  # ours
    server = RunningServer(url=f"ws://127.0.0.1:{http}", process=process, folder=folder)
    _await(server, http)
    return server


def find() -> str:
    """The binary: named by the environment, in CXB's cache, or on PATH."""
    for place in (os.environ.get(VARIABLE), CACHED, shutil.which("livekit-server")):
        if place and Path(place).is_file():
            return str(place)
    raise Missing(
        f"no livekit-server: GOBIN={CACHED.parent} go install "
        f"github.com/livekit/livekit-server/cmd/server@v{VERSION}, or name one by {VARIABLE}"
    )


def _await(server: RunningServer, port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/", timeout=1.0):  # loopback
                return
        except (URLError, OSError):
            time.sleep(0.05)
    said = (server.folder / "log").read_text()
    server.stop()
    raise AssertionError(f"livekit-server did not start: {said[-2000:]}")

"""A real livekit-sip from PATH, with the Redis and the livekit-server that it needs: one for the whole session."""

import atexit
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from contract_tests.backends import livekit_server
from contract_tests.backends.backend import Missing
from contract_tests.carrier.loopback import LOOPBACK, free_port
from contract_tests.faults.free_ports import take_ports

VARIABLE: Final = "CXB_LIVEKIT_SIP"
"""The environment's name for one that is not on PATH."""

START_SECONDS: Final = 30.0
CONFIG: Final = """\
api_key: {key}
api_secret: {secret}
ws_url: {livekit}
redis:
  address: 127.0.0.1:{redis}
sip_port: {sip}
listen_ip: 127.0.0.1
nat_1_to_1_ip: 127.0.0.1
rtp_port: 34001-35000
health_port: {health}
max_cpu_utilization: 1.0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningLiveKitSip:
    livekit: str
    sip: tuple[str, int]


@cache
def the_livekit_sip() -> RunningLiveKitSip:
    """The session's. Raises Missing where there is none."""
    binary, redis_server = os.environ.get(VARIABLE) or shutil.which("livekit-sip"), shutil.which("redis-server")
    if not binary or not redis_server:
        raise Missing(f"no {'livekit-sip' if not binary else 'redis-server'} on PATH")
    folder, (redis, health), sip = Path(mkdtemp(prefix="cxb-livekit-sip-")), take_ports(2), free_port()
    _start(folder, redis_server, "--bind", LOOPBACK, "--port", str(redis), "--save", "", "--dir", str(folder))
    server = livekit_server.start(more=f"redis:\n  address: 127.0.0.1:{redis}\n")
    atexit.register(server.stop)
    config = folder / "livekit-sip.yaml"
    config.write_text(
        CONFIG.format(
            key=livekit_server.KEY,
            secret=livekit_server.SECRET,
            livekit=server.url,
            redis=redis,
            sip=sip,
            health=health,
        )
    )
    _start(folder, binary, "--config", str(config))
    _await(health)
    return RunningLiveKitSip(livekit=server.url, sip=(LOOPBACK, sip))


def _start(folder: Path, *command: str) -> None:
    """Ends with the session, by its process id."""
    with (folder / f"{Path(command[0]).name}.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603  # named by whoever runs the tests
    atexit.register(process.wait)
    atexit.register(process.terminate)


def _await(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            with urlopen(f"http://{LOOPBACK}:{port}/", timeout=1.0):  # loopback
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise AssertionError("livekit-sip did not start")

"""LiveKit's copy of trunks for the suites: kept by a real livekit-server, which keeps them in a real Redis."""

import atexit
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from socket import create_connection
from tempfile import mkdtemp

from adapters.livekit.server import LiveKitServer
from adapters.livekit.sip_client import LiveKitSip
from adapters.livekit.trunk_mirror import LiveKitTrunkMirror
from adapters.memory.carrier import MemoryCarrier
from adapters.memory.trunk_mirror import MemoryTrunkMirror
from adapters.system.clock import SystemClock
from contract_tests.backends import livekit_server
from contract_tests.backends.backend import Backend, Missing
from contract_tests.backends.livekit_phones import stand_in
from contract_tests.faults.free_ports import take_ports

KEY, SECRET = livekit_server.KEY, livekit_server.SECRET
START_SECONDS = 20.0


@cache
def the_server() -> livekit_server.RunningServer:
    """The session's. Raises Missing where there is no Redis, or no livekit-server."""
    redis = shutil.which("redis-server")
    if redis is None:
        raise Missing("no redis-server on PATH: apt-get install redis-server")
    (port,), folder = take_ports(1), Path(mkdtemp(prefix="cxb-redis-"))
    command = (redis, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder))
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603  # Redis
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(process.wait)
    atexit.register(process.terminate)
    _await(port)
    server = livekit_server.start(more=f"redis:\n  address: 127.0.0.1:{port}\n")
    atexit.register(server.stop)
    return server


@asynccontextmanager
async def livekit() -> AsyncIterator[LiveKitTrunkMirror]:
    async with LiveKitSip(the_server().url, KEY, SECRET).running() as sip:
        mirror = LiveKitTrunkMirror(sip)
        try:
            yield mirror
        finally:
            await mirror.mend([])


@asynccontextmanager
async def in_stand_in() -> AsyncIterator[LiveKitTrunkMirror]:
    clock, server = SystemClock(), LiveKitServer(livekit_server.the_server().url, KEY, SECRET)
    async with (
        server.running(),
        stand_in(server, MemoryCarrier({}, clock)) as url,
        LiveKitSip(url, KEY, SECRET).running() as sip,
    ):
        yield LiveKitTrunkMirror(sip)


@asynccontextmanager
async def memory() -> AsyncIterator[MemoryTrunkMirror]:
    yield MemoryTrunkMirror()


def _await(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            create_connection(("127.0.0.1", port), timeout=1.0).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("redis-server did not start")


MIRRORS = {
    "memory": Backend(name="memory", open=memory),
    "livekit": Backend(name="livekit", open=livekit),
    "sip_stand_in": Backend(name="sip_stand_in", open=in_stand_in),
}

"""LiveKit's servers for a demo: a stack of its own, on ports of its own, for as long as the demo lasts."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from launcher.problem import LaunchProblem
from launcher.stack.records import read_records

PORTS: Final = (
    "CXB_STACK_REDIS_PORT",
    "CXB_STACK_LIVEKIT_PORT",
    "CXB_STACK_LIVEKIT_UDP_PORT",
    "CXB_STACK_SIP_HEALTH_PORT",
    "CXB_STACK_SIP_PORT",
)
LIVEKIT: Final = "livekit-server"


class DemoStack:
    """`settings` make CXB use it."""

    def __init__(self, data: Path, environment: Mapping[str, str]) -> None:
        self._data = data
        self._environment = environment

    @property
    def settings(self) -> dict[str, str]:
        lines = (self._data / "stack" / "cxb.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if line)

    async def run(self, verb: str) -> None:
        """Raises LaunchProblem with what it said when it could not."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "launcher", "stack", verb),
            env=dict(self._environment),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        if process.returncode != 0:
            raise LaunchProblem(f"./cxb stack {verb} failed:\n{said.decode(errors='replace')}")

    def kill_livekit(self) -> int:
        """SIGKILL livekit-server; its process id. Nobody starts it again but `up`."""
        record = next(each for each in read_records(self._data / "stack") if each.name == LIVEKIT)
        os.kill(record.pid, signal.SIGKILL)
        return record.pid


@asynccontextmanager
async def livekit_stack(data: Path, api_url: str, ports: Sequence[int]) -> AsyncIterator[DemoStack]:
    """Up, until the context ends."""
    chosen = dict(zip(PORTS, map(str, ports), strict=True))
    own = {"CXB_DATA": str(data), "CXB_API_URL": api_url, "CXB_DRAIN_SECONDS": "5", **chosen}
    stack = DemoStack(data, {**os.environ, **own})
    try:
        await stack.run("up")
        yield stack
    finally:
        await stack.run("down")

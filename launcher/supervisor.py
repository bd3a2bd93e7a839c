"""Starts CXB's processes, starts again those that die, and stops them in the order in which calls end well."""

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
import structlog

from launcher.problem import LaunchProblem

FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
STEADY_SECONDS: Final = 30.0
"""A child that lived so long starts again at once when it dies."""

BEYOND_DRAIN: Final = 10.0
LOOK_EVERY: Final = 0.1

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Child:
    """One process: a module and what it is given. `health` is a URL that answers 200 when it is ready; `deaths`
    counts how it ended before its time, by exit code."""

    name: str
    module: str
    health: str
    arguments: Sequence[str] = ()
    process: asyncio.subprocess.Process | None = None
    deaths: Counter[int] = field(default_factory=Counter)
    pause: float = FIRST_PAUSE
    healthy: bool = False


@dataclass(slots=True, kw_only=True)
class Supervisor:
    """`environment` is what children see; their output goes to `logs` when it is given, else to ours."""

    children: Sequence[Child]
    environment: Mapping[str, str]
    drain_seconds: float
    logs: Path | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Until `stopping` is set; then ends the children, in the order given, each with time to drain."""
        async with asyncio.TaskGroup() as keeping:
            for child in self.children:
                keeping.create_task(self._keep(child))
            await self.stopping.wait()
            for child in self.children:
                await self._stop(child)

    async def ready(self, seconds: float) -> None:
        """Returns when every child answers, or all are told to stop. Raises LaunchProblem that names those which do
        not answer in time."""
        end = time.monotonic() + seconds
        async with httpx.AsyncClient(trust_env=False, timeout=1.0) as client:
            while waiting := [child for child in self.children if not await self._answers(client, child)]:
                if self.stopping.is_set():
                    return
                if time.monotonic() > end:
                    raise LaunchProblem(f"not ready after {seconds:.0f} s: {', '.join(c.name for c in waiting)}")
                await asyncio.sleep(LOOK_EVERY)

    def kill(self, name: str) -> int:
        """SIGKILL the child of that name, for trials of what a crash does; its process id."""
        child, pid = self._child(name), self.pid(name)
        assert child.process is not None  # noqa: S101  # it has a process id
        child.healthy = False
        child.process.kill()
        return pid

    def pid(self, name: str) -> int:
        """Of the child of that name. Raises LaunchProblem when it was never started."""
        process = self._child(name).process
        if process is None:
            raise LaunchProblem(f"{name} does not run")
        return process.pid

    def _child(self, name: str) -> Child:
        return next(child for child in self.children if child.name == name)

    async def _answers(self, client: httpx.AsyncClient, child: Child) -> bool:
        if not child.healthy and child.process is not None and child.process.returncode is None:
            try:
                child.healthy = (await client.get(child.health)).status_code == httpx.codes.OK
            except httpx.HTTPError:
                return False
        return child.healthy

    async def _keep(self, child: Child) -> None:
        while not self.stopping.is_set():
            began = time.monotonic()
            code = await self._live(child)
            if self.stopping.is_set():
                return
            child.deaths[code] += 1
            child.healthy = False
            if time.monotonic() - began > STEADY_SECONDS:
                child.pause = FIRST_PAUSE
            log.warning("process_died_and_is_started_again", process_name=child.name, code=code, in_seconds=child.pause)
            await self._rest(child.pause)
            child.pause = min(LONGEST_PAUSE, child.pause * 2)

    async def _live(self, child: Child) -> int:
        """One life of the child; its exit code."""
        with ExitStack() as closing:
            out = closing.enter_context((self.logs / f"{child.name}.log").open("ab")) if self.logs else None
            child.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "launcher.child",
                str(os.getpid()),
                child.module,
                *child.arguments,
                env=dict(self.environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        return await child.process.wait()

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.stopping.wait()
        except TimeoutError:
            return

    async def _stop(self, child: Child) -> None:
        process = child.process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(self.drain_seconds + BEYOND_DRAIN):
                await process.wait()
        except TimeoutError:
            log.warning("process_did_not_stop_and_is_killed", process_name=child.name)
            process.kill()

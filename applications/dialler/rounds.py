"""The Dialler's rounds: each piece of work again and again, until it is told to drain."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from ports.clock import Clock

PACE_EVERY: Final = 0.25
SETTLE_EVERY: Final = 0.25
RECOVER_EVERY: Final = 1.0
END_EVERY: Final = 1.0

Work = Callable[[], Awaitable[object]]

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Rounds:
    """Runs work by interval, and beside it whatever `start` is given, in one task group."""

    clock: Clock
    draining: asyncio.Event = field(default_factory=asyncio.Event)
    running: int = 0
    ticks: int = 0
    _tasks: asyncio.TaskGroup | None = None

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Let it run beside. Only while `run` does."""
        if self._tasks is None:
            coroutine.close()
            raise RuntimeError("the rounds have not begun")
        self._tasks.create_task(self._counted(coroutine))

    async def run(self, work: list[tuple[float, Work]], drain_seconds: float) -> None:
        """Until `draining` is set; then waits for what was started, for so many seconds, and cancels the rest."""
        try:
            async with asyncio.TaskGroup() as started:
                self._tasks = started
                async with asyncio.TaskGroup() as rounds:
                    for seconds, piece in work:
                        rounds.create_task(self._every(seconds, piece))
                await self._drain(drain_seconds)
        except* _DrainIsOver:
            log.warning("drain_cut_short")

    async def _drain(self, seconds: float) -> None:
        while self.running and seconds > 0:
            await self.clock.sleep(0.1)
            seconds -= 0.1
        if self.running:
            raise _DrainIsOver

    async def _every(self, seconds: float, piece: Work) -> None:
        while not self.draining.is_set():
            try:
                await piece()
            except Exception as error:  # noqa: BLE001  # a tick that fails must not end those to come
                log.warning("round_failed", work=type(piece).__name__, error=type(error).__name__)
            self.ticks += 1
            await self._rest(seconds)

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.draining.wait()
        except TimeoutError:
            return

    async def _counted(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self.running += 1
        try:
            await coroutine
        except Exception:  # one call's error ends no other call
            log.exception("attempt_failed")
        finally:
            self.running -= 1


class _DrainIsOver(Exception):
    """Ends the task group, and so cancels what still runs in it; whoever recovers it finds it stored."""

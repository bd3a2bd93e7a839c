"""Virtual time: an event loop that jumps to the next timer, and a clock that reads it."""

import asyncio
import selectors
from datetime import UTC, datetime, timedelta
from typing import Final

from ports.clock import Clock

EPOCH: Final = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
"""Noon of a Monday, when a virtual loop begins."""

DEADLOCK_SECONDS: Final = 10.0
"""Real seconds without anything to do or to wait for, after which a virtual loop says so instead of hanging."""


class _JumpingSelector(selectors.SelectSelector):
    """Never waits for a timer: moves the time on instead. Waits for real only where no timer is set."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            ready = super().select(DEADLOCK_SECONDS)
            if not ready:
                raise RuntimeError("virtual time: everybody waits and nothing is due")
            return ready
        ready = super().select(0)
        if not ready and timeout > 0:
            self.time += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop in which an hour of sleeping takes no time. For code without threads or sockets."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.time


class MemoryClock(Clock):
    """The running loop's time, counted from EPOCH: virtual on a virtual loop, real on any other."""

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))

"""Holds on named things, in memory."""

from dataclasses import replace
from datetime import timedelta

from domain.lease import Lease
from ports.clock import Clock
from ports.leases import Leases


class MemoryLeases(Leases):
    """A lease that is over is remembered, because its fence must never be given again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: dict[str, Lease] = {}

    async def acquire(self, name: str, holder: str, seconds: float) -> Lease | None:
        now = self._clock.now()
        running = self._running(name)
        if running is not None and running.holder != holder:
            return None
        last = self._last.get(name)
        fence = running.fence if running else (last.fence if last else 0) + 1
        self._last[name] = Lease(holder=holder, until=now + timedelta(seconds=seconds), fence=fence)
        return self._last[name]

    async def release(self, name: str, lease: Lease) -> None:
        running = self._running(name)
        if running is not None and (running.holder, running.fence) == (lease.holder, lease.fence):
            self._last[name] = replace(running, until=self._clock.now())

    async def holder(self, name: str) -> Lease | None:
        return self._running(name)

    def _running(self, name: str) -> Lease | None:
        last = self._last.get(name)
        return last if last is not None and last.runs_at(self._clock.now()) else None

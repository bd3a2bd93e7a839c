"""What the API does without being asked: each job again and again, and some of them in one process only."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from domain.lease import Lease
from domain.measures import LEASES_LOST
from ports.clock import Clock
from ports.leases import Leases
from ports.metrics import UNMEASURED, Metrics

log = structlog.get_logger()

LEASE_SECONDS: Final = 4.0
"""How long a job rests when the process that had it dies; an API that comes back at once waits for it as well."""

RENEWED_EVERY: Final = 1.0


class LeaseLost(Exception):
    """Another process has the job by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One tick each `seconds`. `alone`: in one process at a time, whichever has the lease `job/<name>`."""

    name: str
    seconds: float
    tick: Callable[[], Awaitable[object]]
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """All jobs of this process; `holder` is how it signs its leases."""

    jobs: tuple[Job, ...]
    leases: Leases
    clock: Clock
    holder: str
    metrics: Metrics = UNMEASURED

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for job in self.jobs:
                tasks.create_task(self._every(job), name=f"job {job.name}")

    async def _every(self, job: Job) -> None:
        while True:
            await self.tick(job)
            await self.clock.sleep(job.seconds)

    async def tick(self, job: Job) -> None:
        """One tick. A failing one is logged, and the next one comes all the same."""
        try:
            await (self._alone(job) if job.alone else job.tick())
        except Exception as error:  # a job outlives whatever goes wrong in one of its ticks
            log.error("job_failed", job=job.name, exc_info=error)

    async def _alone(self, job: Job) -> None:
        name = f"job/{job.name}"
        lease = await self.leases.acquire(name, self.holder, LEASE_SECONDS)
        if lease is None:
            return
        async with asyncio.TaskGroup() as tasks:
            keeper = tasks.create_task(self._keep(name, lease))
            await job.tick()
            keeper.cancel()

    async def _keep(self, name: str, lease: Lease) -> None:
        """A tick may take longer than a lease. Raises LeaseLost, which ends the tick."""
        while True:
            await self.clock.sleep(RENEWED_EVERY)
            renewed = await self.leases.acquire(name, self.holder, LEASE_SECONDS)
            if renewed is None or renewed.fence != lease.fence:
                self.metrics.count(LEASES_LOST, "job")
                raise LeaseLost(name)

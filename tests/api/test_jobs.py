"""What the API does without being asked."""

import asyncio

import pytest
import structlog

from adapters.memory.clock import MemoryClock
from adapters.memory.leases import MemoryLeases
from applications.api.jobs import LEASE_SECONDS, Job, Jobs
from ports.clock import Clock


class Counter:
    """A job's work, which takes a while and may fail."""

    def __init__(self, clock: Clock, *, seconds: float = 0.0, fails: int = 0) -> None:
        self._clock = clock
        self._seconds = seconds
        self._fails = fails
        self.begun = 0
        self.done = 0

    async def __call__(self) -> None:
        self.begun += 1
        if self.begun <= self._fails:
            raise RuntimeError("bad luck")
        await self._clock.sleep(self._seconds)
        self.done += 1


def jobs(clock: Clock, leases: MemoryLeases, work: Counter, holder: str = "a", *, alone: bool = True) -> Jobs:
    job = Job(name="work", seconds=1.0, tick=work, alone=alone)
    return Jobs(jobs=(job,), leases=leases, clock=clock, holder=holder)


async def for_a_while(clock: Clock, seconds: float, *running: Jobs) -> None:
    async with asyncio.TaskGroup() as tasks:
        started = [tasks.create_task(each.run()) for each in running]
        await clock.sleep(seconds)
        for task in started:
            task.cancel()


@pytest.mark.virtual_time
async def test_a_failing_tick_is_logged_and_the_next_one_comes() -> None:
    clock = MemoryClock()
    work = Counter(clock, fails=3)
    with structlog.testing.capture_logs() as logs:
        await for_a_while(clock, 9.5, jobs(clock, MemoryLeases(clock), work))
    assert (work.begun, work.done) == (10, 7)
    assert [(each["event"], each["job"]) for each in logs] == [("job_failed", "work")] * 3


@pytest.mark.virtual_time
async def test_a_job_of_one_process_runs_in_one_of_them() -> None:
    clock = MemoryClock()
    leases = MemoryLeases(clock)
    first, second = Counter(clock), Counter(clock)
    await for_a_while(clock, 9.5, jobs(clock, leases, first, "a"), jobs(clock, leases, second, "b"))
    assert (first.done, second.done) == (10, 0)


@pytest.mark.virtual_time
async def test_another_process_goes_on_when_the_first_is_gone() -> None:
    clock = MemoryClock()
    leases = MemoryLeases(clock)
    first, second = Counter(clock), Counter(clock)
    await for_a_while(clock, 3.5, jobs(clock, leases, first, "a"))
    await for_a_while(clock, LEASE_SECONDS + 3, jobs(clock, leases, second, "b"))
    assert first.done == 4
    assert second.done >= 3


@pytest.mark.virtual_time
async def test_a_tick_longer_than_its_lease_keeps_it() -> None:
    clock = MemoryClock()
    leases = MemoryLeases(clock)
    first, second = Counter(clock, seconds=10 * LEASE_SECONDS), Counter(clock)
    await for_a_while(clock, 9 * LEASE_SECONDS, jobs(clock, leases, first, "a"), jobs(clock, leases, second, "b"))
    assert (first.begun, second.begun) == (1, 0)


@pytest.mark.virtual_time
async def test_a_tick_whose_lease_is_lost_stops() -> None:
    clock = MemoryClock()
    leases = MemoryLeases(clock)
    first = Counter(clock, seconds=10 * LEASE_SECONDS)

    async def steal() -> None:
        await clock.sleep(1)
        held = await leases.holder("job/work")
        assert held is not None
        await leases.release("job/work", held)
        assert await leases.acquire("job/work", "thief", 3600)

    with structlog.testing.capture_logs() as logs:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(steal())
            await for_a_while(clock, 3 * LEASE_SECONDS, jobs(clock, leases, first, "a"))
    assert (first.begun, first.done) == (1, 0)
    assert [each["event"] for each in logs] == ["job_failed"]


@pytest.mark.virtual_time
async def test_other_jobs_run_in_every_process() -> None:
    clock = MemoryClock()
    leases = MemoryLeases(clock)
    work = Counter(clock)
    both = [jobs(clock, leases, work, holder, alone=False) for holder in "ab"]
    await for_a_while(clock, 4.5, *both)
    assert work.done == 10

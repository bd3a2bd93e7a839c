"""What every clock promises."""

import asyncio
from datetime import timedelta

import pytest

from ports.clock import Clock


async def test_the_time_is_aware_and_in_utc(clock: Clock) -> None:
    assert clock.now().utcoffset() == timedelta(0)


async def test_neither_time_goes_back(clock: Clock) -> None:
    steady = [clock.monotonic() for _ in range(1000)]
    assert steady == sorted(steady)


async def test_sleep_lasts_as_long_as_it_was_asked_to(clock: Clock) -> None:
    began, began_at = clock.monotonic(), clock.now()
    await clock.sleep(0.05)

    assert clock.monotonic() - began >= 0.049
    assert clock.now() - began_at >= timedelta(seconds=0.04)


@pytest.mark.parametrize("seconds", [0.0, -1.0, -1e9])
async def test_a_sleep_that_is_over_returns_at_once(clock: Clock, seconds: float) -> None:
    began = clock.monotonic()
    await clock.sleep(seconds)
    assert clock.monotonic() - began < 1.0


async def test_others_run_while_one_sleeps(clock: Clock) -> None:
    order = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        order.append(name)

    async with asyncio.TaskGroup() as group:
        group.create_task(sleeper("long", 0.1))
        group.create_task(sleeper("short", 0.01))

    assert order == ["short", "long"]

"""Attempts of one tick are opened side by side, and yet never more than there is room for."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from adapters.memory.carrier import NO_ANSWER
from domain.calls.call import Call
from domain.campaigns.campaign import CampaignPlan
from domain.campaigns.number_pool import CallerNumber, NumberPool
from domain.campaigns.pacing import PacingPlan
from ports.errors import Unavailable
from tests.dialler.world import PLAN, TRUNK, Dialler, World, working

pytestmark = pytest.mark.virtual_time

PHONES = tuple(f"+44207946{number:04}" for number in range(12))
FAST: CampaignPlan = replace(PLAN, pacing=PacingPlan(concurrency=12, calls_per_second=100, answer_rate=0.5))


class Slow:
    """A store in which each addition waits for all others that were begun beside it."""

    def __init__(self, store: Any, *, failing: Sequence[str] = ()) -> None:
        self._store = store
        self._failing = failing
        self.now = 0
        self.most = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def add(self, call: Call) -> Call:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.01)
        self.now -= 1
        if call.phone in self._failing:
            raise Unavailable("no answer")
        stored: Call = await self._store.add(call)
        return stored


async def scene(plan: CampaignPlan = FAST, *, channels: int = 50, failing: Sequence[str] = ()) -> tuple[World, Slow]:
    world = World(callees=dict.fromkeys(PHONES, NO_ANSWER))
    world.desk.known_trunks = [replace(TRUNK, channels=channels)]
    slow = world.calls = Slow(world.calls, failing=failing)  # type: ignore[assignment]  # has all that the store has
    await world.add_core()
    await world.add_campaign(plan)
    await world.add_leads(*PHONES)
    return world, slow


async def test_a_ticks_attempts_are_stored_at_the_same_time() -> None:
    world, slow = await scene()

    async with working(Dialler(world=world)):
        await world.until(lambda: len(world.carrier.orders) == len(PHONES))

    assert slow.most > 1


async def test_side_by_side_there_are_no_more_calls_than_the_trunk_has_channels() -> None:
    world, _ = await scene(channels=3)
    dialler = Dialler(world=world)

    async with working(dialler):
        await world.until(lambda: len(world.carrier.orders) == 3)
        await world.clock.sleep(5)
        assert len(world.carrier.orders) == 3


async def test_side_by_side_a_number_is_shown_no_more_often_than_its_cap_allows() -> None:
    numbers = NumberPool(numbers=(CallerNumber(e164="+442079460000", daily_cap=4),))
    world, _ = await scene(replace(FAST, numbers=numbers))

    async with working(Dialler(world=world)):
        await world.until(lambda: len(world.carrier.orders) == 4)
        await world.clock.sleep(5)

    assert len(await world.tried()) == 4


async def test_an_attempt_that_cannot_be_stored_keeps_no_channel_and_stops_no_other() -> None:
    world, _ = await scene(failing=PHONES[:1])
    dialler = Dialler(world=world)

    async with working(dialler):
        await world.until(lambda: len(world.carrier.orders) == len(PHONES) - 1)
        assert dialler.open_attempt.trunks.channels(TRUNK.brand) == TRUNK.channels - (len(PHONES) - 1)

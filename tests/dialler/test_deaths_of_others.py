"""What a Dialler makes of an API, a Core or an exchange that dies while it is at a call."""

from dataclasses import replace

import pytest

from adapters.memory.carrier import BUSY, Callee
from adapters.memory.core_gateway import MemoryCore
from domain.calls.call import CallState
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy, Result, ResultSource
from domain.campaigns.attempt import Attempt, AttemptState
from domain.ids import DEFAULT_BRAND, ServerId
from ports.errors import Unavailable
from ports.rooms import RETURNS
from ports.telephony import LegState
from tests.dialler.world import HELLO, Dialler, World, working

pytestmark = pytest.mark.virtual_time

PHONE = "+442079460001"
CORE = ServerId("core-1")
TALKS = Callee(says=HELLO, answers_after=3.0)


async def with_one_lead(callee: Callee = TALKS) -> tuple[World, MemoryCore]:
    world = World(callees={PHONE: callee})
    core = await world.add_core()
    await world.add_campaign()
    await world.add_leads(PHONE)
    return world, core


async def first(world: World) -> Attempt | None:
    tried = await world.tried()
    return tried[0] if tried else None


async def reaches(world: World, state: AttemptState) -> Attempt:
    async def reached() -> bool:
        attempt = await first(world)
        return attempt is not None and attempt.state is state

    await world.until(reached)
    attempt = await first(world)
    assert attempt is not None
    return attempt


async def test_a_call_that_rings_when_the_api_goes_away_still_gets_its_core() -> None:
    world, core = await with_one_lead()
    async with working(Dialler(world=world)):
        await reaches(world, AttemptState.RINGING)
        world.desk.failing = Unavailable("no API")
        await reaches(world, AttemptState.HANDED_OVER)
    assert len(core.calls) == 1


async def test_the_leg_ends_soon_after_a_core_that_was_lost_between_taking_the_call_and_joining_it() -> None:
    world, core = await with_one_lead()
    async with working(Dialler(world=world)):
        attempt = await reaches(world, AttemptState.HANDED_OVER)
        core.run = "run-2"
        lost_at = world.clock.monotonic()
        await world.until(lambda: world.rooms.find(attempt.call_id) is None)
        assert world.clock.monotonic() - lost_at < 3.0
        assert (await world.telephony.find(attempt.call_id)).state is LegState.ENDED


async def test_the_leg_ends_soon_after_a_core_that_was_lost_while_the_callee_was_still_screened() -> None:
    """The callee says nothing, so that the screening takes its time, and nobody has an order to give yet."""
    world, core = await with_one_lead(replace(TALKS, says=()))
    async with working(Dialler(world=world)):
        attempt = await reaches(world, AttemptState.ANSWERED)
        await world.until(lambda: core.calls)
        core.dead = True
        lost_at = world.clock.monotonic()
        await world.until(lambda: world.rooms.find(attempt.call_id) is None)
        assert world.clock.monotonic() - lost_at < 3.0
        assert (await world.telephony.find(attempt.call_id)).state is LegState.ENDED


async def test_a_core_that_only_cannot_tell_the_api_keeps_its_call() -> None:
    world, _ = await with_one_lead()
    async with working(Dialler(world=world)):
        attempt = await reaches(world, AttemptState.HANDED_OVER)
        await world.clock.sleep(30.0)
        assert (await world.telephony.find(attempt.call_id)).state is LegState.ANSWERED


async def test_the_leg_ends_when_the_core_is_back_without_the_call_as_it_gets_its_order() -> None:
    world, core = await with_one_lead()
    async with working(Dialler(world=world)):
        await world.until(lambda: core.calls)
        core.calls.clear()
        attempt = await reaches(world, AttemptState.HANDED_OVER)
        assert world.rooms.find(attempt.call_id) is None


async def test_a_call_that_a_core_came_into_unheard_is_left_to_that_core() -> None:
    """The Core took it, and its answer was lost: nobody free in time, as far as the Dialler can tell."""
    world, core = await with_one_lead()
    async with working(Dialler(world=world)):
        attempt = await reaches(world, AttemptState.RINGING)
        core.dead = True
        await reaches(world, AttemptState.ANSWERED)
        call = await world.calls.get(DEFAULT_BRAND, attempt.call_id)
        await world.calls.save(call.join(CORE, at=world.clock.now()))
        handed_over = await reaches(world, AttemptState.HANDED_OVER)
    assert handed_over.server_id == CORE
    call = await world.calls.get(DEFAULT_BRAND, attempt.call_id)
    assert (call.state, call.result) == (CallState.LIVE, None)
    assert world.rooms.find(attempt.call_id) is None
    result = Result(
        digest="d",
        outcome=Outcome.CORE_LOST,
        ended_by=EndedBy.SYSTEM,
        source=ResultSource.JOURNAL,
        ended_at=world.clock.now(),
    )
    assert call.conclude(result).state is CallState.ENDED


@pytest.mark.parametrize("callee", [BUSY, replace(TALKS, answers_after=0.5)], ids=["busy", "nobody_free"])
async def test_no_room_is_left_behind_by_a_call_that_no_core_was_in(callee: Callee) -> None:
    world, core = await with_one_lead(callee)
    core.draining = True
    async with working(Dialler(world=world)):
        attempt = await reaches(world, AttemptState.SETTLED)
    assert attempt.outcome in {Outcome.BUSY, Outcome.ABANDONED}
    assert len(world.rooms) == 0


async def test_an_answered_call_of_an_exchange_that_was_lost_says_so() -> None:
    world, core = await with_one_lead()
    core.draining = True
    async with working(Dialler(world=world), Dialler(world=world, name="dialler-2")) as tasks:
        attempt = await reaches(world, AttemptState.ANSWERED)
        tasks[0 if attempt.lease.holder == "dialler-1" else 1].cancel()
        await world.telephony.drain(0.0)
        settled = await reaches(world, AttemptState.SETTLED)
    assert (settled.outcome, settled.detail) == (Outcome.LINE_LOST, "exchange_lost")


async def test_who_answers_while_the_rooms_are_out_of_reach_was_not_abandoned(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nobody's leg is forgotten: the attempt ends once its room is closed."""
    world, core = await with_one_lead()
    core.draining = True
    close, back_at = world.rooms.close, world.clock.monotonic() + 30.0

    async def away(room: str) -> None:
        if world.clock.monotonic() < back_at:
            raise Unavailable("it is away")
        await close(room)

    monkeypatch.setattr(world.rooms, "close", away)
    async with working(Dialler(world=world)):
        attempt = await reaches(world, AttemptState.SETTLED)
        assert attempt.outcome is Outcome.LINE_LOST
        assert world.clock.monotonic() >= back_at
        assert len(world.rooms) == 0
        for pause in RETURNS:  # the phone comes back, and makes its room anew: whenever it does, nobody leaves it there
            await world.rooms.open(attempt.call_id)
            await world.clock.sleep(pause)
            assert len(world.rooms) == 0

"""Calls that were planned and heard of no more come to an end that fits what became of their legs."""

from dataclasses import replace

import pytest

from applications.api.use_cases.conclude_forgotten import ConcludeForgotten
from contract_tests.ports import specimens
from domain.calls.call import Call, Direction
from domain.calls.outcome import Outcome
from domain.calls.result import ResultSource
from domain.campaigns.attempt import Attempt, Verdict
from domain.ids import ServerId
from tests.api.call_world import BRAND, BUSY_LINE, World

pytestmark = pytest.mark.virtual_time

CORE = ServerId("core-1")


async def planned(world: World, direction: Direction = Direction.API) -> Call:
    call = specimens.call(1, brand=BRAND, direction=direction, created_at=world.clock.now())
    stored: Call = await world.calls.add(call)
    return stored


async def test_a_forgotten_call_is_concluded_by_what_became_of_its_leg() -> None:
    world = World()
    async with world.telephony.running():
        call = await planned(world)
        await world.dial_leg(call.id, to=BUSY_LINE)
        assert await world.case(ConcludeForgotten)() == 0
        await world.clock.sleep(601.0)
        assert await world.case(ConcludeForgotten)() == 1
    result = (await world.calls.get(BRAND, call.id)).result
    assert (result.outcome, result.sip_status, result.source) == (Outcome.BUSY, 486, ResultSource.API)


async def test_a_forgotten_call_that_was_never_placed_says_nothing_of_the_callee() -> None:
    world = World()
    async with world.telephony.running():
        call = await planned(world)
        await world.clock.sleep(601.0)
        await world.case(ConcludeForgotten)()
    assert (await world.calls.get(BRAND, call.id)).result.outcome is Outcome.CONGESTION


async def test_a_forgotten_call_that_somebody_is_still_in_is_ended() -> None:
    world = World()
    async with world.telephony.running():
        call = await planned(world)
        await world.dial_leg(call.id)
        await world.clock.sleep(601.0 - 330.0)
        world.calls = type(world.calls)()
        await world.calls.add(replace(call, created_at=call.created_at.replace(year=2025)))
        await world.case(ConcludeForgotten)()
        assert world.rooms.find(call.id) is None
    assert (await world.calls.get(BRAND, call.id)).result.outcome is Outcome.CORE_LOST


async def test_a_call_whose_attempt_is_in_flight_is_not_forgotten() -> None:
    world = World()
    call = await planned(world, Direction.CAMPAIGN)
    attempt: Attempt = await world.attempts.open(specimens.attempt(1, brand=BRAND))
    await world.clock.sleep(601.0)
    assert await world.case(ConcludeForgotten)() == 0
    await world.attempts.save(attempt.finish(Outcome.NO_ANSWER, at=world.clock.now()))
    assert await world.case(ConcludeForgotten)() == 1
    assert (await world.calls.get(BRAND, call.id)).result.outcome is Outcome.NO_ANSWER


async def test_a_call_whose_core_died_before_it_joined_is_lost_unless_its_line_is_still_up() -> None:
    world = World()
    async with world.telephony.running():
        call = await planned(world, Direction.CAMPAIGN)
        attempt = specimens.attempt(1, brand=BRAND).answer(at=world.clock.now())
        await world.attempts.open(attempt.hand_over(CORE, Verdict.HUMAN, at=world.clock.now()))
        await world.dial_leg(call.id)
        await world.clock.sleep(121.0)
        assert await world.case(ConcludeForgotten)() == 0
        await world.telephony.hang_up(call.id)
        await world.clock.sleep(1.0)
        assert await world.case(ConcludeForgotten)() == 1
    result = (await world.calls.get(BRAND, call.id)).result
    assert (result.outcome, result.detail) == (Outcome.CORE_LOST, "core_never_joined")
    assert result.may_be_replaced

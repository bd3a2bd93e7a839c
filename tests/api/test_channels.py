"""Channels of trunks for the second legs of calls: counted with all others, and free whatever becomes of a Core."""

from dataclasses import replace
from typing import Any

import pytest

from applications.api.no_room import NoRoom
from applications.api.use_cases.hold_channel import HoldChannel
from applications.api.use_cases.receive_result import ReceiveResult
from applications.api.use_cases.relay_events import RelayEvents
from contract_tests.ports import specimens
from domain.calls.call import Direction
from domain.calls.transfer import TransferHow, TransferTried, second_leg
from domain.errors import InvalidValue
from domain.ids import CallId, ServerId, TrunkId
from ports.errors import NotFound, Refused
from tests.api.call_world import BRAND, World
from tests.api.test_relay import result

CALL = CallId("cal_000001")
LEG = second_leg(CALL, 1)
NAME = "trunk:trunk-1"

pytestmark = pytest.mark.virtual_time


async def ready(direction: Direction = Direction.CAMPAIGN, **trunk: Any) -> World:
    """A live call, whose own channel is its Dialler's."""
    world = World()
    await world.trunk(**trunk)
    call = specimens.call(1, brand=BRAND, direction=direction, trunk_id=TrunkId("trunk-1"))
    await world.calls.add(call.join(ServerId("core-1"), at=world.clock.now()))
    return world


async def why_not(world: World, leg: CallId = LEG) -> str:
    with pytest.raises(Refused) as refused:
        await world.case(HoldChannel)(CALL, leg)
    return refused.value.reason


async def test_a_channel_that_another_holds_is_not_to_be_had() -> None:
    world = await ready(channels=3)
    await world.allotments.hold(NAME, "dialler-1", units=2, limit=3, seconds=600.0)
    await world.case(HoldChannel)(CALL, LEG)
    assert await world.allotments.held(NAME) == {"dialler-1": 2, LEG: 1}

    assert await why_not(world, second_leg(CALL, 2)) == "no_channel"
    await world.case(HoldChannel).give_back(CALL, LEG)
    await world.case(HoldChannel)(CALL, second_leg(CALL, 2))


async def test_it_is_held_as_long_as_it_is_asked_for_and_then_for_half_a_minute() -> None:
    world = await ready(calls_per_second=1.0)
    for _ in range(10):
        await world.case(HoldChannel)(CALL, LEG)
        await world.clock.sleep(10.0)
    assert await world.allotments.held(NAME) == {LEG: 1}
    await world.clock.sleep(20.1)
    assert await world.allotments.held(NAME) == {}


async def test_a_second_leg_counts_against_calls_per_second_once() -> None:
    world = await ready(calls_per_second=1.0)
    hold = world.case(HoldChannel)
    await hold(CALL, LEG)
    await hold(CALL, LEG)
    with pytest.raises(NoRoom):
        await hold(CALL, second_leg(CALL, 2))
    assert await world.allotments.held(NAME) == {LEG: 1}
    await world.clock.sleep(1.1)
    await hold(CALL, second_leg(CALL, 2))


async def test_a_trunk_that_is_disabled_meanwhile_keeps_what_it_carries_and_takes_no_more() -> None:
    world = await ready()
    await world.case(HoldChannel)(CALL, LEG)
    await world.trunks.save(replace(await world.trunks.get(BRAND, TrunkId("trunk-1")), enabled=False))
    await world.case(HoldChannel)(CALL, LEG)
    assert await why_not(world, second_leg(CALL, 2)) == "trunk"


@pytest.mark.parametrize("direction", [Direction.CAMPAIGN, Direction.API])
async def test_when_its_call_is_concluded_it_is_free(direction: Direction) -> None:
    world = await ready(direction)
    await world.case(HoldChannel)(CALL, LEG)
    await world.allotments.hold(NAME, "cal_000001x.2", units=1, limit=10, seconds=600.0)
    transfer = TransferTried(to="+12025550188", how=TransferHow.DIAL, at=world.clock.now())
    await world.case(ReceiveResult)(*result(transfer=transfer))
    await world.case(RelayEvents)()
    assert await world.allotments.held(NAME) == {"cal_000001x.2": 1}
    assert await why_not(world) == "call_ended"


@pytest.mark.parametrize("leg", [CALL, "cal_000001.", "cal_000001.x", "cal_000002.2", "core"])
async def test_what_is_no_leg_of_the_call_gets_none(leg: str) -> None:
    world = await ready()
    with pytest.raises(InvalidValue):
        await world.case(HoldChannel)(CALL, CallId(leg))
    with pytest.raises(InvalidValue):
        await world.case(HoldChannel).give_back(CALL, CallId(leg))
    assert await world.allotments.held(NAME) == {}


async def test_a_call_that_nobody_knows_has_none() -> None:
    world = await ready()
    unknown = CallId("cal_unknown")
    with pytest.raises(NotFound):
        await world.case(HoldChannel)(unknown, second_leg(unknown, 1))
    with pytest.raises(NotFound):
        await world.case(HoldChannel).give_back(unknown, second_leg(unknown, 1))

"""Blocks of Core slots: spread over the fleet, replaced when asked for again, never more than there is."""

import asyncio

import pytest

from applications.api.use_cases.reserve_slots import ReserveSlots
from domain.ids import ServerId
from ports.messages.fleet import ReservationRequest
from tests.api.call_world import World

pytestmark = pytest.mark.virtual_time

CORE = ServerId("core-1")


def asks(slots: int, holder: str = "dialler-1") -> ReservationRequest:
    return ReservationRequest(holder=holder, slots=slots)


async def test_a_block_is_spread_over_healthy_cores() -> None:
    world = World()
    for name in ("core-1", "core-2"):
        await world.core(name, capacity=10)
    await world.core("core-3", healthy=False)
    reservation = await world.case(ReserveSlots)(asks(12))
    assert {grant.server_id: grant.slots for grant in reservation.grants} == {"core-1": 6, "core-2": 6}
    assert reservation.cores == 2


async def test_asking_again_replaces_and_none_gives_all_back() -> None:
    world = World()
    await world.core("core-1", capacity=10)
    reserve = world.case(ReserveSlots)
    await reserve(asks(8))
    await reserve(asks(3))
    assert await world.allotments.held("core:core-1") == {"dialler-1": 3}
    assert (await reserve(asks(0))).grants == ()
    assert await world.allotments.held("core:core-1") == {}


async def test_blocks_of_all_holders_never_exceed_the_capacity() -> None:
    world = World()
    for name in ("core-1", "core-2"):
        await world.core(name, capacity=10)
    reserve = world.case(ReserveSlots)
    got = await asyncio.gather(*(reserve(asks(7, f"dialler-{n}")) for n in range(5)))
    assert sum(grant.slots for each in got for grant in each.grants) <= 20
    for name in ("core-1", "core-2"):
        assert sum((await world.allotments.held(f"core:{name}")).values()) <= 10


async def test_a_growing_block_leaves_what_it_has_where_it_is() -> None:
    world = World()
    await world.core("core-1", capacity=10)
    reserve = world.case(ReserveSlots)
    await reserve(asks(6))
    await world.core("core-2", capacity=10)
    grown = {grant.server_id: grant.slots for grant in (await reserve(asks(9))).grants}
    assert grown[ServerId("core-1")] >= 6
    assert sum(grown.values()) == 9


async def test_without_cores_and_with_full_ones_can_be_told_apart() -> None:
    world = World()
    reserve = world.case(ReserveSlots)
    assert (await reserve(asks(1))).cores == 0
    await world.core("core-1", capacity=1)
    await reserve(asks(1, "other"))
    full = await reserve(asks(1))
    assert (full.cores, full.grants) == (1, ())

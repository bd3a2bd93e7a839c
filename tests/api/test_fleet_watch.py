"""The fleet: reservations, heartbeats, and what becomes of calls whose Core is gone."""

import asyncio
from dataclasses import replace

import pytest

from applications.api.use_cases.conclude_forgotten import ConcludeForgotten
from applications.api.use_cases.put_server import PutServer
from applications.api.use_cases.remove_server import RemoveServer
from applications.api.use_cases.reserve_slots import ReserveSlots
from applications.api.use_cases.seed_routing import SeedRouting
from applications.api.use_cases.watch_fleet import BEAT_SECONDS, WatchFleet
from contract_tests.ports import specimens
from domain.calls.call import Call, CallState, Direction
from domain.calls.outcome import Outcome
from domain.calls.result import ResultSource
from domain.campaigns.attempt import Attempt
from domain.errors import InvalidValue, RuleBroken
from domain.ids import DEFAULT_BRAND, ServerId
from domain.routing.fleet import ServerState
from ports.errors import NotFound
from ports.messages.fleet import ReservationRequest
from tests.api.call_world import BRAND, BUSY_LINE, World

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
    assert grown["core-1"] >= 6
    assert sum(grown.values()) == 9


async def test_without_cores_and_with_full_ones_can_be_told_apart() -> None:
    world = World()
    reserve = world.case(ReserveSlots)
    assert (await reserve(asks(1))).cores == 0
    await world.core("core-1", capacity=1)
    await reserve(asks(1, "other"))
    full = await reserve(asks(1))
    assert (full.cores, full.grants) == (1, ())


async def live_call(world: World, number: int = 1) -> Call:
    call = specimens.call(number, brand=BRAND, direction=Direction.API, created_at=world.clock.now())
    live: Call = await world.calls.add(call.join(CORE, at=world.clock.now()))
    await world.rooms.open(live.id)
    return live


async def watch(world: World, seconds: float) -> None:
    until = world.clock.monotonic() + seconds
    while world.clock.monotonic() < until:
        await world.case(WatchFleet)()
        await world.clock.sleep(BEAT_SECONDS)


async def test_a_new_core_is_healthy_after_its_first_beat() -> None:
    world = World()
    await world.core("core-1", capacity=7, healthy=False)
    await world.case(WatchFleet)()
    server = await world.fleet.get(CORE)
    assert (server.state, server.capacity) == (ServerState.HEALTHY, 7)


async def test_the_calls_of_a_core_that_is_gone_end_within_three_seconds() -> None:
    world = World()
    core = await world.core("core-1")
    await watch(world, 1.0)
    call = await live_call(world)
    core.dead = True
    await watch(world, 2.9)
    assert (await world.fleet.get(CORE)).state is ServerState.QUARANTINED
    assert world.rooms.find(call.id) is None
    assert (await world.calls.get(BRAND, call.id)).state is CallState.LIVE


async def test_a_core_that_never_returns_has_its_calls_concluded_for_it() -> None:
    world = World()
    core = await world.core("core-1")
    call = await live_call(world)
    core.dead = True
    await watch(world, 110.0)
    assert (await world.calls.get(BRAND, call.id)).result is None
    await watch(world, 20.0)
    result = (await world.calls.get(BRAND, call.id)).result
    assert result is not None
    assert (result.outcome, result.source) == (Outcome.CORE_LOST, ResultSource.API)


async def test_a_core_that_misses_one_beat_keeps_its_calls() -> None:
    world = World()
    core = await world.core("core-1")
    call = await live_call(world)
    core.dead = True
    await world.case(WatchFleet)()
    core.dead = False
    await watch(world, 3.0)
    assert world.rooms.find(call.id) is not None


async def test_a_restarted_core_loses_its_old_calls_and_keeps_its_new_ones() -> None:
    world = World()
    core = await world.core("core-1")
    old = await live_call(world, 1)
    await watch(world, 1.0)
    core.dead = True
    await world.case(WatchFleet)()
    await world.clock.sleep(BEAT_SECONDS)
    core.dead, core.run = False, "run-2"
    new = await live_call(world, 2)
    await watch(world, 2.0)
    assert world.rooms.find(old.id) is None
    assert world.rooms.find(new.id) is not None
    await watch(world, 130.0)
    assert (await world.calls.get(BRAND, old.id)).result.outcome is Outcome.CORE_LOST
    assert (await world.calls.get(BRAND, new.id)).result is None


async def test_a_core_that_answers_under_another_name_takes_no_calls() -> None:
    world = World()
    core = await world.core("core-1", healthy=False)
    core.server_id = ServerId("core-9")
    await watch(world, 2.0)
    assert (await world.fleet.get(CORE)).state is ServerState.QUARANTINED


async def test_a_core_that_hangs_makes_no_other_late() -> None:
    world = World()
    await world.core("core-1", healthy=False)
    await world.core("core-2", healthy=False)
    real = world.cores.health

    async def health(url: str) -> object:
        if url == "http://core-1":
            await world.clock.sleep(60.0)
        return await real(url)

    world.cores.health = health  # type: ignore[method-assign, assignment]  # a Core that hangs
    begun = world.clock.monotonic()
    await world.case(WatchFleet)()
    assert world.clock.monotonic() - begun <= 1.1
    assert (await world.fleet.get(ServerId("core-2"))).state is ServerState.HEALTHY


async def planned(world: World, direction: Direction = Direction.API) -> Call:
    call = specimens.call(1, brand=BRAND, direction=direction, created_at=world.clock.now())
    stored: Call = await world.calls.add(call)
    return stored


async def test_a_forgotten_call_is_concluded_by_what_became_of_its_leg() -> None:
    world = World()
    async with world.telephony.running():
        call = await planned(world)
        await world.place(call.id, to=BUSY_LINE)
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
        await world.place(call.id)
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


async def test_a_core_with_live_calls_stays_in_the_fleet() -> None:
    world = World()
    await world.core("core-1")
    await live_call(world)
    remove = world.case(RemoveServer)
    with pytest.raises(RuleBroken):
        await remove(CORE)
    with pytest.raises(NotFound):
        await remove(ServerId("nobody"))


async def test_a_core_is_put_anew_without_losing_its_state() -> None:
    world = World()
    await world.core("core-1")
    put = world.case(PutServer)
    changed = await put(CORE, url="http://elsewhere:8602", region="eu", weight=2.0)
    assert (changed.state, changed.region, changed.weight) == (ServerState.HEALTHY, "eu", 2.0)
    new = await put(ServerId("core-2"), url="http://other:8602", region="", weight=1.0)
    assert new.state is ServerState.QUARANTINED
    with pytest.raises(InvalidValue):
        await put(CORE, url="ftp://elsewhere", region="", weight=1.0)


async def test_a_new_deployment_gets_a_trunk_and_a_core_once() -> None:
    world = World()
    seed = world.case(SeedRouting)
    await seed()
    await seed()
    assert [trunk.id for trunk in await world.trunks.all(DEFAULT_BRAND)] == ["simulated"]
    assert [server.id for server in await world.fleet.all()] == ["core-1"]

"""The fleet: heartbeats, and what becomes of calls whose Core is gone."""

import pytest

from applications.api.use_cases.put_server import PutServer
from applications.api.use_cases.remove_server import RemoveServer
from applications.api.use_cases.seed_routing import SeedRouting
from applications.api.use_cases.watch_fleet import WatchFleet
from contract_tests.ports import specimens
from domain.calls.call import Call, CallState, Direction
from domain.calls.outcome import Outcome
from domain.calls.result import ResultSource
from domain.errors import InvalidValue, RuleBroken
from domain.ids import DEFAULT_BRAND, ServerId
from domain.routing.fleet import ServerState
from ports.errors import NotFound, Unavailable
from ports.messages.core import CoreHealth
from tests.api.call_world import BRAND, World

pytestmark = pytest.mark.virtual_time

CORE = ServerId("core-1")


async def live_call(world: World, number: int = 1) -> Call:
    call = specimens.call(number, brand=BRAND, direction=Direction.API, created_at=world.clock.now())
    live: Call = await world.calls.add(call.join(CORE, at=world.clock.now()))
    await world.rooms.open(live.id)
    return live


async def watch(world: World, seconds: float) -> None:
    until = world.clock.monotonic() + seconds
    while world.clock.monotonic() < until:
        await world.case(WatchFleet)()


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


async def test_the_calls_of_a_core_that_hangs_end_within_three_seconds() -> None:
    world = World()
    await world.core("core-1")
    call = await live_call(world)
    await world.case(WatchFleet)()

    async def hangs(url: str) -> CoreHealth:
        await world.clock.sleep(60.0)
        raise Unavailable(url)

    world.cores.health = hangs  # type: ignore[method-assign]  # a Core that hangs
    await watch(world, 2.5)
    assert world.clock.monotonic() <= 0.8 + 3.0
    assert world.rooms.find(call.id) is None


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

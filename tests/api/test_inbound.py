"""Calls that come in: who answers them, who is turned away and how, and that asking again changes nothing."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from adapters.memory.core_gateway import MemoryCore
from applications.api.use_cases.conclude_forgotten import ConcludeForgotten
from applications.api.use_cases.keep_shares import KeepShares
from applications.api.use_cases.receive_inbound import ReceiveInbound
from applications.api.use_cases.relay_events import RelayEvents
from contract_tests.ports import specimens
from domain.calls.call import Call, CallState, Direction
from domain.calls.outcome import Outcome
from domain.hours import WEEK, CallingHours, DayHours, Span
from domain.ids import BrandId, CallId, ServerId, TrunkId
from domain.routing.did import Did, TurnAway, TurnedAway
from domain.routing.trunk import CarrierKind
from ports.errors import Busy, Refused, Unavailable
from ports.messages.core import Receive
from ports.messages.inbound import Arrived, Received
from tests.api.call_world import BOT, BRAND, Crashes, World

pytestmark = pytest.mark.virtual_time

CALL = CallId("call_in_1")
OURS, CALLER = "+14155550160", "+14155550101"
TRUNK = TrunkId("trunk-1")
NEVER = CallingHours(default=(DayHours(days=WEEK, spans=(Span(opens=time(3), closes=time(3, 1)),)),))
ARRIVED = Arrived(call_id=CALL, trunk_id=TRUNK, number=OURS, caller=CALLER)


async def ready(*cores: str, capacity: int = 5, **did: Any) -> World:
    world = World()
    await world.bot()
    await world.trunk(carrier=CarrierKind.SIP)
    await world.dids.add(replace(Did(number=OURS, brand=BRAND, bot_id=BOT), **did))
    for name in cores or ("core-1",):
        await world.core(name, capacity=capacity)
    return world


def core(world: World, name: str = "core-1") -> MemoryCore:
    return world.cores.cores[f"http://{name}"]


async def receive(world: World, arrived: Arrived = ARRIVED) -> Received:
    return await world.case(ReceiveInbound)(arrived)


async def kept(world: World) -> Call:
    call: Call = await world.calls.get(BRAND, CALL)
    return call


async def test_a_call_that_comes_in_is_stored_and_a_core_answers_it() -> None:
    world = await ready()

    assert await receive(world) == Received()

    call = await kept(world)
    assert (call.direction, call.bot_id, call.bot_version, call.trunk_id) == (Direction.INBOUND, BOT, 1, TRUNK)
    assert (call.phone, call.caller_number, call.server_id) == (CALLER, OURS, "core-1")
    assert call.variables == {"caller": CALLER, "did": OURS}
    assert core(world).calls[CALL] == Receive(call_id=CALL, brand=BRAND, bot_id=BOT)
    assert await world.allotments.held("core:core-1") == {CALL: 1}
    assert await world.allotments.held("trunk:trunk-1") == {CALL: 1}


@pytest.mark.parametrize(
    ("caller", "phone"),
    [("", ""), ("anonymous", ""), ("alice", ""), ("4155550101", CALLER), ("14155550101", CALLER), ("+1", "")],
)
async def test_a_caller_is_a_number_or_nobody(caller: str, phone: str) -> None:
    world = await ready()
    await receive(world, Arrived(call_id=CALL, trunk_id=TRUNK, number=OURS, caller=caller))
    call = await kept(world)
    assert (call.phone, call.variables["caller"]) == (phone, phone)


async def test_a_number_that_came_without_its_plus_is_the_same_one() -> None:
    world = await ready()
    await receive(world, Arrived(call_id=CALL, trunk_id=TRUNK, number=OURS[1:]))
    assert (await kept(world)).caller_number == OURS
    assert CALL in core(world).calls


@pytest.mark.parametrize("why", ["no did", "disabled", "another trunk"])
async def test_a_number_of_nobody_is_turned_away_and_on_record(why: str) -> None:
    world = await ready(enabled=why != "disabled", trunk_id=TrunkId("other") if why == "another trunk" else None)
    if why == "no did":
        await world.dids.remove(BRAND, OURS)

    assert (await receive(world)).turned_away is TurnedAway.UNKNOWN_NUMBER

    call = await kept(world)
    assert (call.state, call.result.outcome, call.result.detail) == (  # type: ignore[union-attr]  # it has ended
        CallState.ENDED,
        Outcome.TURNED_AWAY,
        "unknown_number",
    )
    assert await world.allotments.held("trunk:trunk-1") == {}


@pytest.mark.parametrize("known", [True, False])
async def test_who_calls_by_a_trunk_that_is_switched_off_is_turned_away_for_that(known: bool) -> None:
    world = await ready()
    if not known:
        await world.dids.remove(BRAND, OURS)
    await world.trunks.save(replace(await world.trunks.get(BRAND, TRUNK), enabled=False))

    assert await receive(world) == Received(turned_away=TurnedAway.TRUNK_DISABLED)

    call = await kept(world)
    assert (call.state, call.result and call.result.detail) == (CallState.ENDED, "trunk_disabled")
    assert core(world).calls == {}


async def test_a_did_of_another_brand_is_not_reached_by_our_trunk() -> None:
    world = await ready()
    await world.dids.remove(BRAND, OURS)
    await world.dids.add(Did(number=OURS, brand=BrandId("other"), bot_id=BOT))
    assert (await receive(world)).turned_away is TurnedAway.UNKNOWN_NUMBER


async def test_a_trunk_of_nobody_leaves_no_record() -> None:
    world = await ready()
    unknown = Arrived(call_id=CALL, trunk_id=TrunkId("nobodys"), number=OURS)
    assert (await receive(world, unknown)).turned_away is TurnedAway.UNKNOWN_NUMBER
    with pytest.raises(Exception, match="no such"):
        await kept(world)


@pytest.mark.parametrize("why", ["archived", "unpublished", "gone"])
async def test_a_bot_that_cannot_talk_answers_nobody(why: str) -> None:
    world = await ready()
    bot = await world.bots.get(BRAND, BOT)
    if why == "gone":
        did = await world.dids.get(BRAND, OURS)
        await world.dids.save(replace(did, bot_id="bot_nobody"))
    else:
        await world.bots.save(bot.archive() if why == "archived" else replace(bot, versions=()))
    assert (await receive(world)).turned_away is TurnedAway.BOT_AWAY
    assert core(world).calls == {}


async def test_out_of_hours_it_is_turned_away() -> None:
    world = await ready(hours=NEVER)
    assert (await receive(world)).turned_away is TurnedAway.CLOSED
    assert core(world).calls == {}


async def test_out_of_hours_a_message_is_spoken_where_one_is_wanted() -> None:
    world = await ready(hours=NEVER, when_closed=TurnAway.MESSAGE, closed_message="We are closed.")
    assert await receive(world) == Received()
    assert core(world).calls[CALL] == Receive(call_id=CALL, brand=BRAND, bot_id=BOT, notice="We are closed.")
    assert await world.allotments.held("core:core-1") == {}
    assert (await kept(world)).server_id == "core-1"


async def test_when_all_cores_are_full_it_is_turned_away_and_holds_nothing() -> None:
    world = await ready()
    core(world).draining = True
    assert (await receive(world)).turned_away is TurnedAway.FULL
    assert await world.allotments.held("core:core-1") == {}
    assert await world.allotments.held("trunk:trunk-1") == {}


async def test_when_all_cores_are_full_a_message_is_spoken_beyond_their_capacity() -> None:
    world = await ready(capacity=0, when_full=TurnAway.MESSAGE, full_message="All our lines are busy.")
    core(world).message_slots = 1
    assert await receive(world) == Received()
    assert core(world).calls[CALL] == Receive(call_id=CALL, brand=BRAND, bot_id=BOT, notice="All our lines are busy.")
    assert (await receive(world, replace_id("call_in_2"))).turned_away is TurnedAway.FULL


def replace_id(call_id: str) -> Arrived:
    return Arrived(call_id=CallId(call_id), trunk_id=TRUNK, number=OURS, caller=CALLER)


async def test_a_trunk_whose_channels_dialling_took_still_brings_in_calls() -> None:
    world = await ready()
    await world.allotments.hold("trunk:trunk-1", "dialler", units=10, limit=10, seconds=60.0)
    assert await receive(world) == Received()


@pytest.mark.parametrize("refusal", [Busy("full"), Refused("no")])
async def test_the_next_core_is_asked_after_a_no(refusal: Exception) -> None:
    world = await ready("core-1", "core-2")
    core(world).refusals[CALL] = refusal  # type: ignore[assignment]
    assert await receive(world) == Received()
    assert CALL in core(world, "core-2").calls
    assert (await kept(world)).server_id == "core-2"
    assert await world.allotments.held("core:core-1") == {}


async def test_the_next_core_is_asked_where_nobody_was_there() -> None:
    world = await ready("core-1", "core-2")
    del world.cores.cores["http://core-1"]
    assert await receive(world) == Received()
    assert CALL in core(world, "core-2").calls


async def test_after_silence_no_second_core_is_asked() -> None:
    world = await ready("core-1", "core-2")
    core(world).dead = True
    assert await receive(world) == Received()
    assert core(world, "core-2").calls == {}
    assert (await kept(world)).server_id == "core-1"


async def test_a_core_whose_answer_was_lost_is_asked_once_more() -> None:
    world = await ready("core-1", "core-2")
    real = world.cores
    world.cores = Crashes(at=1, after=True, error=Unavailable("lost")).around(real)
    assert await receive(world) == Received()
    assert [CALL in each.calls for each in real.cores.values()] == [True, False]


@pytest.mark.parametrize("did", [{}, {"enabled": False}, {"hours": NEVER}])
async def test_asked_again_it_gives_the_same_answer_whatever_has_become_of_the_world(did: dict[str, Any]) -> None:
    world = await ready("core-1", "core-2", **did)
    first = await receive(world)
    core(world).draining = core(world, "core-2").draining = True
    stored = await world.dids.get(BRAND, OURS)
    await world.dids.save(replace(stored, enabled=not stored.enabled, hours=CallingHours()))
    if first == Received():
        call = await kept(world)
        await world.calls.save(call.join(ServerId("core-1"), at=world.clock.now()))

    assert await receive(world) == first


async def test_two_at_once_are_one_call_in_one_core() -> None:
    world = await ready("core-1", "core-2")
    answers = await asyncio.gather(*(receive(world) for _ in range(3)))
    assert answers == [Received()] * 3
    assert sum(CALL in each.calls for each in world.cores.cores.values()) == 1


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("did", [{}, {"hours": NEVER}])
async def test_dying_at_any_step_and_asking_again_is_one_call(did: dict[str, Any], *, after: bool) -> None:
    step = 0
    while True:
        step += 1
        world = await ready("core-1", "core-2", **did)
        crashes = Crashes(at=step, after=after)
        ports = ("calls", "bots", "trunks", "dids", "allotments", "fleet", "cores")
        real = {name: getattr(world, name) for name in ports}
        for name, port in real.items():
            setattr(world, name, crashes.around(port))
        dying = world.case(ReceiveInbound)
        for name, port in real.items():
            setattr(world, name, port)
        with suppress(Exception):
            await dying(ARRIVED)
        answer = await receive(world)
        have_it = [each for each in world.cores.cores.values() if CALL in each.calls]
        assert len(have_it) == (0 if did else 1), f"after a crash at step {step}"
        assert answer.turned_away is (TurnedAway.CLOSED if did else None)
        assert await receive(world) == answer
        if crashes.count < step:
            break
    assert step > 5


async def test_what_a_call_that_came_in_holds_is_kept_and_given_back() -> None:
    world = await ready()
    await receive(world)
    joined = await world.calls.save((await kept(world)).join(ServerId("core-1"), at=world.clock.now()))
    await world.clock.sleep(85.0)
    await world.case(KeepShares)()
    await world.clock.sleep(10.0)
    assert await world.allotments.held("core:core-1") == {CALL: 1}
    assert await world.allotments.held("trunk:trunk-1") == {CALL: 1}
    await world.calls.save(joined.conclude(_result(world)))
    await world.case(RelayEvents)()
    assert await world.allotments.held("core:core-1") == {}
    assert await world.allotments.held("trunk:trunk-1") == {}


async def test_a_caller_who_withholds_their_number_cannot_be_put_on_a_list() -> None:
    world = await ready()
    await receive(world, Arrived(call_id=CALL, trunk_id=TRUNK, number=OURS))
    joined = (await kept(world)).join(ServerId("core-1"), at=world.clock.now())
    await world.calls.save(joined.conclude(replace(_result(world), outcome=Outcome.OPTED_OUT)))
    await world.case(RelayEvents)()
    assert await world.dnc.count(BRAND) == 0
    assert (await kept(world)).events == ()


def _result(world: World) -> Any:
    return replace(specimens.result(), ended_at=world.clock.now())


async def test_one_that_no_core_ever_joined_is_concluded_once_its_caller_is_gone() -> None:
    world = await ready()
    async with world.telephony.running():
        await receive(world)
        await world.dial_leg(CALL)
        await world.clock.sleep(121.0)
        assert await world.case(ConcludeForgotten)() == 0, "its Core may be in it and unable to say so"
        await world.telephony.hang_up(CALL)
        await world.clock.sleep(1.0)
        assert await world.case(ConcludeForgotten)() == 1
    call = await kept(world)
    assert (call.result.outcome, call.result.may_be_replaced) == (Outcome.NO_ANSWER, True)  # type: ignore[union-attr]

"""A CRM's dialouts: one key is one call, whatever times out, dies or is asked twice."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from applications.api.messages.dialout import DialoutRequest
from applications.api.no_room import NoRoom
from applications.api.use_cases.start_dialout import CALLER_NUMBER, StartDialout, dialout_id
from domain.calls.call import CallState, Direction
from domain.errors import RuleBroken
from domain.ids import ApiKeyId, CallId
from ports.errors import Busy, Refused, Unavailable
from ports.messages.core import Dial
from tests.api.call_world import BOT, BRAND, LISTENS, Crashes, World

pytestmark = pytest.mark.virtual_time

OTHER = "+14155550111"


def request(**changes: Any) -> DialoutRequest:
    return DialoutRequest(**{"bot_id": BOT, "to": LISTENS, **changes})


async def ready(*cores: str) -> World:
    world = World()
    await world.bot()
    await world.trunk()
    for name in cores or ("core-1",):
        await world.core(name)
    return world


async def test_a_dialout_is_stored_and_given_to_a_core() -> None:
    world = await ready()
    order = request(variables={"name": "Zoë"}, external_id="crm-7")
    made = await world.case(StartDialout)(world.key(), "one", order)
    call = await world.calls.get(BRAND, made.call.id)
    assert not made.repeated
    assert (call.direction, call.bot_version, call.variables) == (Direction.API, 1, {"name": "Zoë"})
    assert (call.origin.external_id, call.origin.idempotency_key) == ("crm-7", "one")
    taken = world.cores.cores["http://core-1"].calls[call.id]
    assert isinstance(taken, Dial)
    assert (taken.to, taken.caller_number, taken.trunk_id) == (LISTENS, CALLER_NUMBER, call.trunk_id)
    assert await world.allotments.held("core:core-1") == {call.id: 1}
    assert await world.allotments.held(f"trunk:{call.trunk_id}") == {call.id: 1}


async def test_the_id_follows_from_brand_key_and_idempotency_key() -> None:
    world = await ready()
    key = world.key()
    made = await world.case(StartDialout)(key, "one", request())
    assert made.call.id == dialout_id(key, "one")
    assert len({dialout_id(key, "one"), dialout_id(key, "two"), dialout_id(world.key(ApiKeyId("k2")), "one")}) == 3


async def test_the_same_request_again_is_the_same_call() -> None:
    world = await ready()
    dial = world.case(StartDialout)
    first = await dial(world.key(), "one", request(variables={"a": "1", "b": "2"}))
    again = await dial(world.key(), "one", request(variables={"b": "2", "a": "1"}))
    assert (again.call.id, again.repeated) == (first.call.id, True)
    assert len(world.cores.cores["http://core-1"].calls) == 1


async def test_the_same_key_for_something_else_is_refused() -> None:
    world = await ready()
    dial = world.case(StartDialout)
    await dial(world.key(), "one", request())
    with pytest.raises(Refused) as refused:
        await dial(world.key(), "one", request(external_id="another"))
    assert refused.value.reason == "idempotency_key_reused"


async def test_two_at_once_are_one_call_and_the_second_is_told_to_wait() -> None:
    world = await ready()
    real = world.cores.take

    async def slow(url: str, order: Any) -> Any:
        await world.clock.sleep(1.0)
        return await real(url, order)

    world.cores.take = slow  # type: ignore[method-assign, assignment]  # a Core that takes its time
    dial = world.case(StartDialout)
    first = asyncio.ensure_future(dial(world.key(), "one", request()))
    await world.clock.sleep(0.5)
    with pytest.raises(RuleBroken):
        await dial(world.key(), "one", request())
    assert not (await first).repeated
    assert (await dial(world.key(), "one", request())).repeated


@pytest.mark.parametrize("refusal", [Busy("full"), Refused("no")])
async def test_the_next_core_is_asked_after_a_no(refusal: Exception) -> None:
    world = await ready("core-1", "core-2")
    call_id = dialout_id(world.key(), "one")
    world.cores.cores["http://core-1"].refusals[call_id] = refusal  # type: ignore[assignment]
    made = await world.case(StartDialout)(world.key(), "one", request())
    assert (await world.calls.get(BRAND, made.call.id)).server_id == "core-2"
    assert await world.allotments.held("core:core-1") == {}


async def test_the_next_core_is_asked_after_silence_only_when_nothing_was_placed() -> None:
    world = await ready("core-1", "core-2")
    world.cores.cores["http://core-1"].dead = True
    async with world.telephony.running():
        made = await world.case(StartDialout)(world.key(), "one", request())
    assert (await world.calls.get(BRAND, made.call.id)).server_id == "core-2"


async def test_nobody_dials_again_when_the_silent_core_had_placed_it() -> None:
    world = await ready("core-1", "core-2")
    world.cores.cores["http://core-1"].dead = True
    call_id = dialout_id(world.key(), "one")
    async with world.telephony.running():
        await world.dial_leg(call_id)
        made = await world.case(StartDialout)(world.key(), "one", request())
        assert not made.repeated
        assert call_id not in world.cores.cores["http://core-2"].calls
        assert (await world.case(StartDialout)(world.key(), "one", request())).repeated
        await world.rooms.close(call_id)


async def test_nobody_dials_again_when_the_telephony_cannot_say() -> None:
    world = await ready("core-1", "core-2")
    world.cores.cores["http://core-1"].dead = True
    world.telephony = Crashes(at=1, after=False, error=Unavailable("lost")).around(world.telephony)
    made = await world.case(StartDialout)(world.key(), "one", request())
    assert made.call.state is CallState.PLANNED
    assert made.call.id not in world.cores.cores["http://core-2"].calls


async def test_without_room_nothing_is_placed_and_the_same_request_works_later() -> None:
    world = await ready()
    core = world.cores.cores["http://core-1"]
    core.draining = True
    dial = world.case(StartDialout)
    with pytest.raises(NoRoom):
        await dial(world.key(), "one", request())
    call = await world.calls.get(BRAND, dialout_id(world.key(), "one"))
    assert call.state is CallState.PLANNED
    assert await world.allotments.held("core:core-1") == {}
    assert await world.allotments.held("trunk:trunk-1") == {}
    core.draining = False
    async with world.telephony.running():
        made = await dial(world.key(), "one", request())
    assert not made.repeated
    assert call.id in core.calls


@pytest.mark.parametrize("after", [False, True])
async def test_dying_at_any_step_and_asking_again_is_one_call(*, after: bool) -> None:
    step = 0
    while True:
        step += 1
        world = await ready("core-1", "core-2")
        crashes = Crashes(at=step, after=after)
        ports = ("calls", "bots", "trunks", "allotments", "fleet", "cores", "leases")
        real = {name: getattr(world, name) for name in ports}
        for name, port in real.items():
            setattr(world, name, crashes.around(port))
        dying = world.case(StartDialout)
        for name, port in real.items():
            setattr(world, name, port)
        async with world.telephony.running():
            with suppress(Exception):
                await dying(world.key(), "one", request())
            await world.clock.sleep(31.0)
            await _dialled_by_those_who_have_it(world)
            made = await world.case(StartDialout)(world.key(), "one", request())
            have_it = [core for core in world.cores.cores.values() if made.call.id in core.calls]
            assert len(have_it) == 1, f"after a crash at step {step}"
            await world.rooms.close(made.call.id)
        if crashes.count < step:
            break
    assert step > 10


async def _dialled_by_those_who_have_it(world: World) -> None:
    for core in world.cores.cores.values():
        for call_id in core.calls:
            await world.dial_leg(CallId(call_id))

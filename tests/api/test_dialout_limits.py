"""What may be dialled for a CRM, and how much of it at once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from applications.api.messages.dialout import DialoutRequest
from applications.api.no_room import NoRoom
from applications.api.use_cases.conclude_call import ConcludeCall
from applications.api.use_cases.keep_shares import KeepShares
from applications.api.use_cases.relay_events import RelayEvents
from applications.api.use_cases.start_dialout import StartDialout
from domain.calls.outcome import Outcome
from domain.errors import InvalidValue
from domain.ids import BotId, ServerId, TrunkId
from domain.routing.trunk import CarrierKind
from ports.dnc_list import DncEntry
from ports.errors import Refused
from tests.api.call_world import BOT, BRAND, LISTENS, World

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


async def test_slots_that_diallers_hold_are_not_taken() -> None:
    world = await ready()
    await world.allotments.hold("core:core-1", "dialler-1", units=5, limit=5, seconds=60.0)
    with pytest.raises(NoRoom):
        await world.case(StartDialout)(world.key(), "one", request())


async def test_channels_and_rate_of_a_trunk_are_kept() -> None:
    world = World()
    await world.bot()
    await world.core("core-1", capacity=10)
    await world.trunk(channels=2, calls_per_second=1.0)
    dial = world.case(StartDialout)
    await dial(world.key(), "1", request(to="+14155550001"))
    with pytest.raises(NoRoom):
        await dial(world.key(), "2", request(to="+14155550002"))
    await world.clock.sleep(1.1)
    await dial(world.key(), "2", request(to="+14155550002"))
    await world.clock.sleep(1.1)
    with pytest.raises(NoRoom):
        await dial(world.key(), "3", request(to="+14155550003"))


async def test_a_part_of_a_rate_lets_calls_through_more_slowly() -> None:
    world = World()
    await world.bot()
    await world.core("core-1", capacity=10)
    await world.trunk(calls_per_second=1.0)
    await world.allotments.hold("trunk:trunk-1:rate", "dialler-1", units=50, limit=100, seconds=600.0)
    dial = world.case(StartDialout)
    await dial(world.key(), "1", request(to="+14155550001"))
    await world.clock.sleep(1.5)
    with pytest.raises(NoRoom):
        await dial(world.key(), "2", request(to="+14155550002"))
    await world.clock.sleep(0.6)
    await dial(world.key(), "2", request(to="+14155550002"))


async def test_the_gate_says_why_not() -> None:
    world = await ready()
    dial = world.case(StartDialout)
    entry = DncEntry(brand=BRAND, phone=OTHER, source="upload", added_at=world.clock.now())
    await world.dnc.add([entry])
    with pytest.raises(Refused) as refused:
        await dial(world.key(), "one", request(to=OTHER))
    assert refused.value.reason == "dnc"
    for number in range(3):
        await dial(world.key(), f"n{number}", request())
    with pytest.raises(Refused) as refused:
        await dial(world.key(), "n4", request())
    assert refused.value.reason == "too_many_in_24_hours"


async def test_what_was_never_placed_does_not_count_against_the_number() -> None:
    world = await ready()
    dial = world.case(StartDialout)
    for number in range(4):
        made = await dial(world.key(), f"n{number}", request())
        await world.case(ConcludeCall)(BRAND, made.call.id, Outcome.CONGESTION, detail="x")
        await world.case(RelayEvents)()


@pytest.mark.parametrize("to", ["5550100", "+1", "hello", "+1415555010x"])
async def test_what_is_no_number_is_named(to: str) -> None:
    world = await ready()
    with pytest.raises(InvalidValue) as invalid:
        await world.case(StartDialout)(world.key(), "one", request(to=to))
    assert invalid.value.faults[0].field == "to"


async def test_a_bot_must_be_there_published_and_not_archived() -> None:
    world = await ready()
    dial = world.case(StartDialout)
    with pytest.raises(InvalidValue):
        await dial(world.key(), "one", request(bot_id=BotId("nobody")))
    await world.bots.save((await world.bots.get(BRAND, BOT)).archive())
    with pytest.raises(Refused) as refused:
        await dial(world.key(), "one", request())
    assert refused.value.reason == "archived"


async def test_a_number_that_no_trunk_reaches_is_refused() -> None:
    world = World()
    await world.bot()
    await world.trunk(prefixes=("+44",))
    with pytest.raises(Refused) as refused:
        await world.case(StartDialout)(world.key(), "one", request())
    assert refused.value.reason == "no_trunk"


async def test_a_number_whose_trunk_is_switched_off_is_refused_and_not_simulated() -> None:
    world = await ready()
    sip = await world.trunk(id=TrunkId("trunk-2"), name="Main", carrier=CarrierKind.SIP, enabled=False)
    with pytest.raises(Refused, match=r"disabled: Main \(trunk-2\)") as refused:
        await world.case(StartDialout)(world.key(), "one", request())
    assert refused.value.reason == "trunk_disabled"
    assert world.cores.cores["http://core-1"].calls == {}

    await world.trunks.save(replace(sip, enabled=True))
    made = await world.case(StartDialout)(world.key(), "one", request())
    assert made.call.trunk_id == sip.id


async def test_a_dialout_that_waited_for_room_is_not_placed_by_a_trunk_that_is_off_by_now() -> None:
    world = await ready()
    await world.fleet.remove(ServerId("core-1"))
    with pytest.raises(NoRoom):
        await world.case(StartDialout)(world.key(), "one", request())
    core = await world.core("core-1")
    await world.trunks.save(replace(await world.trunks.get(BRAND, TrunkId("trunk-1")), enabled=False))

    with pytest.raises(Refused) as refused:
        await world.case(StartDialout)(world.key(), "one", request())

    assert (refused.value.reason, core.calls) == ("trunk_disabled", {})
    assert await world.allotments.held("trunk:trunk-1") == {}


async def test_a_live_dialout_keeps_its_slot_and_channel_until_it_is_relayed() -> None:
    world = await ready()
    made = await world.case(StartDialout)(world.key(), "one", request())
    call = made.call.join(made.call.server_id or ServerId("none"), at=world.clock.now())
    await world.calls.save(call)
    for _ in range(30):
        await world.case(KeepShares)()
        await world.clock.sleep(timedelta(seconds=5).total_seconds())
    assert await world.allotments.held("core:core-1") == {call.id: 1}
    assert await world.allotments.held("trunk:trunk-1") == {call.id: 1}
    assert await world.allotments.held("diallers") == {"api": 1}
    await world.case(ConcludeCall)(BRAND, call.id, Outcome.COMPLETED, detail="x")
    await world.case(RelayEvents)()
    assert await world.allotments.held("core:core-1") == {}
    assert await world.allotments.held("trunk:trunk-1") == {}

"""Where a media server carries calls: it tells of those that come in, and keeps a copy of our trunks."""

from dataclasses import replace

import msgspec
import pytest
from dependency_injector import providers

from adapters.memory.arrival_webhook import NOTHING
from adapters.memory.carrier import ANSWERS, MemoryCarrier, MemoryIncoming
from applications.api.use_cases.check_ways_out import CheckWaysOut
from applications.api.use_cases.hear_of_arrival import HearOfArrival
from applications.api.use_cases.keep_trunks_in_step import KeepTrunksInStep
from applications.api.use_cases.list_mirrored import ListMirrored
from domain.ids import TrunkId
from domain.routing.did import Did
from domain.routing.sip import SipSettings
from domain.routing.trunk import Trunk
from ports.carrier import Arrival
from ports.messages.core import Receive
from ports.messages.inbound import Arrived
from ports.telephony import HangUp, LegEvent, LegKind
from ports.trunk_mirror import Copy
from tests.api.call_world import BOT, BRAND, WEBHOOK, World
from tests.api.conftest import caller, memory_container
from tests.api.test_inbound import ARRIVED, CALL, CALLER, OURS, TRUNK, core, ready

pytestmark = pytest.mark.virtual_time

PATH = "/livekit/webhook"


async def over_sip(world: World) -> Trunk:
    trunk: Trunk = await world.trunks.get(BRAND, TRUNK)
    saved: Trunk = await world.trunks.save(replace(trunk, sip=SipSettings(host="192.0.2.1")))
    return saved


async def tell(world: World, arrived: Arrived | None) -> None:
    body = NOTHING if arrived is None else msgspec.json.encode(arrived)
    await world.case(HearOfArrival)(body, WEBHOOK.sign(body))


async def test_a_call_that_a_webhook_tells_of_gets_a_core_once_however_often_it_is_told() -> None:
    world = await ready()
    for _ in range(3):
        await tell(world, ARRIVED)

    assert core(world).calls == {CALL: Receive(call_id=CALL, brand=BRAND, bot_id=BOT)}
    assert await world.allotments.held("core:core-1") == {CALL: 1}


async def test_other_news_change_nothing() -> None:
    world = await ready()
    await tell(world, None)

    assert core(world).calls == {}


async def test_the_route_lets_in_nobody_but_the_media_server() -> None:
    container = memory_container()
    container.arrival_webhook.override(providers.Object(WEBHOOK))
    body = msgspec.json.encode(ARRIVED)
    async with caller(container) as client:
        for headers in ({}, {"authorization": "x"}, {"authorization": WEBHOOK.sign(body + b" ")}):
            assert (await client.post(PATH, content=body, headers=headers)).status_code == 401
        genuine = await client.post(PATH, content=NOTHING, headers={"authorization": WEBHOOK.sign(NOTHING)})
        assert (genuine.status_code, genuine.content) == (204, b"")


async def test_who_calls_a_number_of_nobody_gets_the_busy_tone() -> None:
    world = await ready()
    await world.dids.remove(BRAND, OURS)
    arrival = Arrival(trunk_id=TRUNK, number=OURS, caller=CALLER)
    carrier = MemoryCarrier({}, world.clock)
    async with world.telephony.running():
        await world.rooms.open(CALL)
        await world.telephony.ring(CALL, MemoryIncoming(arrival, ANSWERS, carrier, world.clock, None))

        await tell(world, ARRIVED)

        events: list[LegEvent] = [event async for event in world.telephony.watch(CALL)]
        assert [event.kind for event in events] == [LegKind.RINGING, LegKind.ENDED]
        assert (events[-1].status, events[-1].by) == (486, HangUp.US)


async def test_trunks_and_dids_are_kept_in_step_and_the_check_says_what_is_not() -> None:
    world = await ready()
    trunk = await over_sip(world)
    missing = [finding for finding in await world.case(CheckWaysOut)() if finding.subject == f"trunk {TRUNK}"]
    assert [finding.ok for finding in missing] == [False] * 3

    assert await world.case(KeepTrunksInStep)() == 3
    assert await world.case(KeepTrunksInStep)() == 0

    assert not any(finding.subject == f"trunk {TRUNK}" for finding in await world.case(CheckWaysOut)())
    assert set(world.trunk_mirror.kept) == {(trunk.id, copy) for copy in Copy}


async def test_one_trunk_brings_in_calls_to_numbers_that_are_nobodys() -> None:
    world = await ready()
    trunk = await over_sip(world)
    await world.trunks.add(replace(trunk, id=TrunkId("trunk-2"), version=0))

    wanted = await world.case(ListMirrored)()

    assert [(one.account.trunk_id, one.strays) for one in wanted] == [(TRUNK, True), ("trunk-2", False)]


async def test_a_did_of_one_trunk_is_with_no_other() -> None:
    world = await ready(trunk_id=TrunkId("another"))
    await over_sip(world)
    await world.case(KeepTrunksInStep)()
    assert world.trunk_mirror.kept[TRUNK, Copy.IN][-1] == set()  # type: ignore[index]  # a tuple

    await world.dids.add(Did(number="+14155550161", brand=BRAND, bot_id=BOT, trunk_id=TRUNK))
    await world.dids.add(Did(number="+14155550162", brand=BRAND, bot_id=BOT, enabled=False))

    assert await world.case(KeepTrunksInStep)() == 1
    assert world.trunk_mirror.kept[TRUNK, Copy.IN][-1] == {"+14155550161"}  # type: ignore[index]  # a tuple

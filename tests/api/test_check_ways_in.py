"""What the API finds wrong with SIP trunks and DIDs when it is asked why calls do not come in."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from adapters.memory.campaign_store import MemoryCampaignStore
from adapters.memory.secret_box import MemorySecretBox
from applications.api.use_cases.check_ways_in import CheckWaysIn
from applications.api.use_cases.receive_inbound import ReceiveInbound
from contract_tests.ports import specimens
from domain.bots.bot import Bot
from domain.campaigns.campaign import CampaignPlan, CampaignState
from domain.campaigns.number_pool import CallerNumber, NumberPool
from domain.ids import BotId, CallId, TrunkId
from domain.routing.did import Did
from domain.routing.sip import SipSettings
from domain.routing.trunk import CarrierKind, Trunk
from ports.messages.findings import Finding
from ports.messages.inbound import Arrived
from tests.api.call_world import BOT, BRAND, World

pytestmark = pytest.mark.virtual_time

OURS, STRANGE = "+14155550160", "+14155550161"
DID = Did(number=OURS, brand=BRAND, bot_id=BOT)


async def set_up(did: Did = DID, *, register: bool = False, **trunk: Any) -> World:
    world = World()
    await world.bot()
    sip = SipSettings(host="sip.example.com", username="cxb", register=register)
    await world.trunk(carrier=CarrierKind.SIP, sip=sip, **trunk)
    await world.dids.add(did)
    return world


async def found(world: World, campaigns: MemoryCampaignStore | None = None) -> Sequence[Finding]:
    check = CheckWaysIn(
        trunks=world.trunks,
        dids=world.dids,
        bots=world.bots,
        calls=world.calls,
        campaigns=campaigns or MemoryCampaignStore(),
        secret_box=world.secret_box,
        trunk_mirror=world.trunk_mirror,
        clock=world.clock,
    )
    findings = await check()
    said = " ".join(f"{finding.subject} {finding.detail} {finding.remedy}" for finding in findings)
    assert OURS not in said
    assert STRANGE not in said
    return findings


async def test_where_nobody_thought_of_sip_nothing_is_said() -> None:
    world = World()
    await world.trunk()
    assert await found(world) == []


async def test_where_all_is_well_it_is_one_line() -> None:
    [finding] = await found(await set_up())
    assert (finding.ok, finding.detail) == (True, "1 trunks, 1 DIDs")


@pytest.mark.parametrize("what", ["archived", "unpublished", "gone"])
async def test_a_did_whose_bot_cannot_talk_is_told(what: str) -> None:
    world = await set_up(replace(DID, bot_id=BotId("bot_nobody")) if what == "gone" else DID)
    bot: Bot = await world.bots.get(BRAND, BOT)
    if what != "gone":
        await world.bots.save(bot.archive() if what == "archived" else replace(bot, versions=()))
    [finding] = await found(world)
    assert (finding.subject, finding.ok, finding.keeps_calls) == ("dids", False, False)
    assert "archived, gone or never published" in finding.detail


async def test_a_trunk_that_is_off_is_told_and_so_are_dids_that_need_it() -> None:
    world = await set_up(replace(DID, trunk_id=TrunkId("trunk-1")), enabled=False)
    details = [finding.detail for finding in await found(world)]
    assert details[0] == "is disabled"
    assert "which is off or gone: trunk-1" in details[1]
    assert "no SIP trunk that calls could come in by" in details[2]


async def test_a_password_that_does_not_open_is_told() -> None:
    world = await set_up()
    trunk: Trunk = await world.trunks.get(BRAND, TrunkId("trunk-1"))
    sealed = MemorySecretBox(["lost"]).seal("open sesame", about=f"{BRAND}|trunk:trunk-1|password")
    await world.trunks.save(replace(trunk, sealed_password=sealed))
    [finding] = await found(world)
    assert "does not open" in finding.detail
    assert "CXB_SECRETS_KEY" in finding.remedy


async def test_a_trunk_that_the_media_server_cannot_keep_as_it_is_is_told() -> None:
    [finding] = await found(await set_up(register=True))
    assert (finding.subject, finding.detail) == ("trunk trunk-1", "sip.register is done by nobody here")


async def test_calls_for_numbers_that_are_no_dids_are_told() -> None:
    world = await set_up()
    arrived = Arrived(call_id=CallId("call_stray"), trunk_id=TrunkId("trunk-1"), number=STRANGE)
    await world.case(ReceiveInbound)(arrived)
    [finding] = await found(world)
    assert "such as call_stray" in finding.detail


async def test_a_campaign_that_shows_a_number_of_somebody_else_is_told() -> None:
    world, campaigns = await set_up(), MemoryCampaignStore()
    numbers = NumberPool(numbers=(CallerNumber(e164=OURS), CallerNumber(e164=STRANGE)))
    campaign = specimens.campaign(1, brand=BRAND, state=CampaignState.RUNNING)
    await campaigns.add(replace(campaign, plan=CampaignPlan(numbers=numbers)))
    [finding] = await found(world, campaigns)
    assert (finding.subject, finding.detail) == (
        f"campaign {campaign.id}",
        "shows 1 caller numbers that are no DIDs of ours",
    )

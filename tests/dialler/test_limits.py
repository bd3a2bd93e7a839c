"""What keeps a Dialler from dialling, and that it says so."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from adapters.memory.carrier import ANSWERS, BUSY
from adapters.memory.leg_journal import MemoryLegJournal
from adapters.memory.telephony import MemoryTelephony
from domain.calls.outcome import LeadEnd
from domain.campaigns.campaign import CampaignState
from domain.campaigns.gate import Compliance
from domain.campaigns.lead import LeadState
from domain.campaigns.number_pool import CallerNumber, NumberPool
from domain.campaigns.pacing import Limit, PacingPlan
from domain.campaigns.pulse import Pulse
from domain.hours import WEEK, CallingHours, DayHours, Span
from domain.ids import DEFAULT_BRAND, BrandId, TrunkId
from domain.routing.trunk import CarrierKind, Trunk
from ports.dnc_list import DncEntry
from ports.errors import Unavailable
from ports.lead_store import LeadFilter
from tests.dialler.world import CAMPAIGN, PLAN, TRUNK, Dialler, World, working

pytestmark = pytest.mark.virtual_time

PHONES = [f"+4420794600{n:02d}" for n in range(30)]
AFTERNOON = CallingHours(default=(DayHours(days=WEEK, spans=(Span(opens=time(15), closes=time(18)),)),))


async def limit_after(world: World, seconds: float) -> Limit:
    async with working(Dialler(world=world)):
        await world.clock.sleep(seconds)
        return (await told(world)).limit


async def told(world: World) -> Pulse:
    pulse = await world.campaigns.pulse(CAMPAIGN)
    assert pulse is not None
    return pulse


async def test_without_a_core_nothing_is_dialled() -> None:
    world = World(callees=dict.fromkeys(PHONES, ANSWERS))
    await world.add_campaign()
    await world.add_leads(*PHONES)

    assert await limit_after(world, 3) is Limit.NO_CORE
    assert world.carrier.orders == []


async def test_without_the_api_nothing_is_dialled() -> None:
    world = World(callees=dict.fromkeys(PHONES, ANSWERS))
    await world.add_core()
    await world.add_campaign()
    await world.add_leads(*PHONES)
    world.desk.failing = Unavailable("no API")

    assert await limit_after(world, 3) is Limit.NO_API
    assert world.carrier.orders == []


OFF = replace(TRUNK, id=TrunkId("trunk_off"), carrier=CarrierKind.SIP, prefixes=("+44",), enabled=False)


@pytest.mark.parametrize("beside_it", [[TRUNK], [replace(TRUNK, enabled=False)], []])
async def test_numbers_of_a_trunk_that_is_switched_off_do_not_ring_and_the_campaign_says_so(
    beside_it: list[Trunk],
) -> None:
    world = World(callees=dict.fromkeys(PHONES, ANSWERS))
    await world.add_core()
    await world.add_campaign()
    await world.add_leads(*PHONES[:3])
    world.desk.known_trunks = [OFF, *beside_it]

    assert await limit_after(world, 3) is Limit.TRUNK_DISABLED
    assert world.carrier.orders == []
    assert (await world.leads.counts(DEFAULT_BRAND, CAMPAIGN)).keys() <= {"waiting", "leased"}


async def test_a_trunk_that_is_switched_on_again_is_called_by_again() -> None:
    world = World(callees=dict.fromkeys(PHONES, ANSWERS))
    await world.add_core()
    await world.add_campaign()
    await world.add_leads(PHONES[0])
    off = replace(TRUNK, carrier=CarrierKind.SIP, enabled=False)
    world.desk.known_trunks = [off]

    async with working(Dialler(world=world)):
        await world.clock.sleep(3)
        assert world.carrier.orders == []
        world.desk.known_trunks = [replace(off, enabled=True)]
        await world.until(lambda: world.carrier.orders)


@pytest.mark.parametrize("trunks", [[], [replace(TRUNK, brand=BrandId("another"))], [replace(TRUNK, enabled=False)]])
async def test_without_a_trunk_of_its_brand_a_campaign_says_so(trunks: list[Trunk]) -> None:
    world = World(callees=dict.fromkeys(PHONES, ANSWERS))
    await world.add_core()
    await world.add_campaign()
    await world.add_leads(PHONES[0])
    world.desk.known_trunks = trunks

    assert await limit_after(world, 3) is Limit.NO_TRUNK
    assert world.carrier.orders == []


US = [f"+1212736{n:04d}" for n in range(60)]
UK_ONLY = replace(TRUNK, prefixes=("+44",))


async def test_numbers_that_no_trunk_reaches_hold_up_nobody_else_and_are_called_once_one_does() -> None:
    world = World(callees=dict.fromkeys([*US, *PHONES], BUSY))
    await world.add_core()
    await world.add_campaign()
    await world.add_leads(*US)  # more than a tick looks at, and all of them due before the others
    await world.add_leads(*PHONES[:5])
    world.desk.known_trunks = [UK_ONLY]

    async with working(Dialler(world=world)):
        await world.until(lambda: {order.to for order in world.carrier.orders} == set(PHONES[:5]), seconds=10)
        await world.clock.sleep(10)
        assert (await told(world)).limit is Limit.NO_TRUNK  # also between two looks at them
        world.desk.known_trunks = [TRUNK]
        await world.until(lambda: {order.to for order in world.carrier.orders} >= set(US), seconds=60)


async def test_a_trunk_that_is_full_holds_up_no_other_and_the_campaign_says_so() -> None:
    world = World(callees=dict.fromkeys([*US, *PHONES], ANSWERS))
    await world.add_core()
    await world.add_campaign(replace(PLAN, pacing=PacingPlan(concurrency=20, calls_per_second=50)))
    await world.add_leads(*US)
    await world.add_leads(*PHONES[:5])
    world.desk.known_trunks = [UK_ONLY, replace(TRUNK, id=TrunkId("trunk_us"), prefixes=("+1",), channels=2)]
    world.telephony = MemoryTelephony(world.rooms, lambda _: world.carrier, MemoryLegJournal(), world.clock)

    assert await limit_after(world, 10) is Limit.TRUNK_CHANNELS
    assert {order.to for order in world.carrier.orders} >= set(PHONES[:5])
    assert sum(order.trunk_id == "trunk_us" for order in world.carrier.orders) == 2


async def test_the_free_channels_of_other_brands_are_not_counted() -> None:
    world = World(callees=dict.fromkeys(PHONES, ANSWERS))
    await world.add_core()
    await world.add_campaign()
    await world.add_leads(*PHONES)
    world.desk.known_trunks = [replace(TRUNK, channels=2), replace(TRUNK, id=TrunkId("b"), brand=BrandId("another"))]

    async with working(Dialler(world=world)):
        await world.clock.sleep(5)
        before = (await world.leads.page(DEFAULT_BRAND, CAMPAIGN, where=LeadFilter(), after=None, limit=50)).items
        await world.clock.sleep(5)
        after = (await world.leads.page(DEFAULT_BRAND, CAMPAIGN, where=LeadFilter(), after=None, limit=50)).items
        assert (await told(world)).limit is Limit.TRUNK_CHANNELS
    assert [lead.version for lead in before] == [lead.version for lead in after]  # nobody is claimed in vain


async def test_concurrency_binds_when_all_calls_are_in_flight() -> None:
    world = World(callees=dict.fromkeys(PHONES, ANSWERS))
    await world.add_core()
    await world.add_campaign()
    await world.add_leads(*PHONES)

    assert await limit_after(world, 5) is Limit.CONCURRENCY
    assert len(world.carrier.orders) == PLAN.pacing.concurrency


async def test_core_slots_bind_where_there_are_fewer_than_the_answers_expected() -> None:
    world = World(callees=dict.fromkeys(PHONES, ANSWERS))
    core = await world.add_core(slots=3)
    await world.add_campaign()
    await world.add_leads(*PHONES)

    assert await limit_after(world, 30) is Limit.CORE_SLOTS
    assert len(core.calls) <= 3


async def test_calls_per_second_are_kept() -> None:
    world = World(callees=dict.fromkeys(PHONES, ANSWERS))
    await world.add_core(slots=40)
    slow = replace(PLAN, pacing=PacingPlan(concurrency=30, calls_per_second=2))
    await world.add_campaign(slow)
    await world.add_leads(*PHONES)

    assert await limit_after(world, 5) is Limit.CALLS_PER_SECOND
    assert 9 <= len(world.carrier.orders) <= 12


async def test_a_worn_out_number_pool_is_named_and_its_lead_kept() -> None:
    world = World(callees=dict.fromkeys(PHONES, ANSWERS))
    await world.add_core()
    pool = NumberPool(numbers=(CallerNumber(e164="+442079461000", daily_cap=1),))
    await world.add_campaign(replace(PLAN, numbers=pool))
    await world.add_leads(*PHONES[:2])

    assert await limit_after(world, 2.5) is Limit.NO_CALLER_NUMBER
    assert len(world.carrier.orders) == 1
    assert (await world.leads.counts(DEFAULT_BRAND, CAMPAIGN)).get("waiting") == 1


async def test_numbers_on_the_dnc_list_never_ring() -> None:
    world = World(callees=dict.fromkeys(PHONES, ANSWERS))
    await world.add_core()
    await world.add_campaign()
    await world.add_leads(*PHONES[:4])
    entries = [
        DncEntry(brand=DEFAULT_BRAND, phone=phone, source="upload", added_at=world.clock.now()) for phone in PHONES[:2]
    ]
    await world.dnc.add(entries)

    await limit_after(world, 5)

    assert {order.to for order in world.carrier.orders} == set(PHONES[2:4])
    assert (await world.lead(PHONES[0])).end == LeadEnd.DNC


async def test_closed_hours_wait_for_the_next_opening_inside_the_campaign() -> None:
    world = World(callees=dict.fromkeys(PHONES, ANSWERS))
    await world.add_core()
    plan = replace(PLAN, compliance=Compliance(hours=AFTERNOON))
    await world.add_campaign(replace(plan, ends_at=world.clock.now() + timedelta(hours=8)))
    await world.add_leads(PHONES[0])

    await limit_after(world, 3)
    lead = await world.lead(PHONES[0])
    assert (lead.state, lead.due_at.hour) == (LeadState.WAITING, 15)
    await limit_after(world, 3 * 3600)
    assert len(world.carrier.orders) == 1


async def test_hours_that_open_after_the_end_finish_the_lead_and_the_campaign() -> None:
    world = World(callees=dict.fromkeys(PHONES, ANSWERS))
    await world.add_core()
    plan = replace(PLAN, compliance=Compliance(hours=AFTERNOON))
    await world.add_campaign(replace(plan, ends_at=world.clock.now() + timedelta(hours=1)))
    await world.add_leads(PHONES[0])

    await limit_after(world, 5)

    lead = await world.lead(PHONES[0])
    assert (lead.end, lead.attempts) == (LeadEnd.OUT_OF_HOURS, 0)
    assert (await world.campaigns.get(DEFAULT_BRAND, CAMPAIGN)).state is CampaignState.COMPLETED


async def test_leads_that_nobody_came_to_end_with_their_campaign() -> None:
    world = World(callees=dict.fromkeys(PHONES, ANSWERS))
    await world.add_core()
    slow = replace(PLAN, pacing=PacingPlan(concurrency=1, calls_per_second=0.5))
    await world.add_campaign(replace(slow, ends_at=world.clock.now() + timedelta(seconds=10)))
    await world.add_leads(*PHONES)

    async with working(Dialler(world=world)):
        await world.clock.sleep(20)
    counts = await world.leads.counts(DEFAULT_BRAND, CAMPAIGN)

    assert counts["done.campaign_ended"] == len(PHONES) - 1
    assert (await world.campaigns.get(DEFAULT_BRAND, CAMPAIGN)).state is CampaignState.RUNNING

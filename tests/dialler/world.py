"""A Dialler with everything around it in memory, under virtual time."""

import asyncio
import math
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from adapters.memory.allotments import MemoryAllotments
from adapters.memory.attempt_ledger import MemoryAttemptLedger
from adapters.memory.audio_links import MemoryAudioLinks
from adapters.memory.call_store import MemoryCallStore
from adapters.memory.campaign_store import MemoryCampaignStore
from adapters.memory.carrier import Callee, MemoryCarrier
from adapters.memory.clock import MemoryClock
from adapters.memory.core_gateway import MemoryCore, MemoryCoreGateway
from adapters.memory.dnc_list import MemoryDncList
from adapters.memory.fleet_desk import MemoryFleetDesk
from adapters.memory.fleet_registry import MemoryFleetRegistry
from adapters.memory.lead_store import MemoryLeadStore
from adapters.memory.leases import MemoryLeases
from adapters.memory.leg_journal import MemoryLegJournal
from adapters.memory.rooms import MemoryRooms
from adapters.memory.screening import MemoryScreening
from adapters.memory.telephony import MemoryTelephony
from applications.dialler.answer_rates import AnswerRates
from applications.dialler.core_slots import CoreSlots
from applications.dialler.rounds import Rounds, Work
from applications.dialler.trunk_shares import TrunkShares
from applications.dialler.use_cases.answer_call import AnswerCall
from applications.dialler.use_cases.conclude_unanswered import ConcludeUnanswered
from applications.dialler.use_cases.dial_due_leads import DialDueLeads
from applications.dialler.use_cases.end_campaigns import EndCampaigns
from applications.dialler.use_cases.listen_in import ListenIn
from applications.dialler.use_cases.open_attempt import OpenAttempt
from applications.dialler.use_cases.order_core import OrderCore
from applications.dialler.use_cases.pace_campaigns import PaceCampaigns
from applications.dialler.use_cases.recover_attempts import RecoverAttempts
from applications.dialler.use_cases.run_attempt import RunAttempt
from applications.dialler.use_cases.seat_call import SeatCall
from applications.dialler.use_cases.see_core_join import SeeCoreJoin
from applications.dialler.use_cases.settle_attempts import SettleAttempts
from domain.calls.audio import FRAME_BYTES, RATE, AudioFrame
from domain.calls.outcome import Outcome
from domain.campaigns.attempt import Attempt
from domain.campaigns.campaign import Campaign, CampaignPlan
from domain.campaigns.lead import Lead
from domain.campaigns.number_pool import CallerNumber, NumberPool
from domain.campaigns.pacing import PacingPlan
from domain.campaigns.retries import Delay, RetryPlan
from domain.ids import DEFAULT_BRAND, BotId, CallId, CampaignId, LeadId, ServerId, TrunkId
from domain.phone.number import NumberKind, PhoneNumber
from domain.routing.fleet import CoreServer
from domain.routing.trunk import CarrierKind, Trunk
from ports.attempt_ledger import AttemptFilter
from ports.audio_links import AudioLinks
from ports.clock import Clock
from ports.messages.fleet import Grant

LOUD = AudioFrame(pcm=struct.pack("<h", 5000) * (FRAME_BYTES // 2))
BEEP = AudioFrame(
    pcm=b"".join(
        struct.pack("<h", int(9000 * math.sin(2 * math.pi * 1000 * n / RATE))) for n in range(FRAME_BYTES // 2)
    )
)
HELLO = (LOUD,) * 25
GREETING = (LOUD,) * 150
CAMPAIGN = CampaignId("camp_1")
TRUNK = Trunk(
    id=TrunkId("trunk_1"),
    brand=DEFAULT_BRAND,
    name="simulated",
    carrier=CarrierKind.SIMULATED,
    channels=50,
    calls_per_second=50,
)
PLAN = CampaignPlan(
    pacing=PacingPlan(concurrency=10, calls_per_second=20, answer_rate=0.5),
    retries=RetryPlan(max_attempts=2, max_given_back=3, delays=dict.fromkeys(Outcome, Delay(least=5, most=20))),
    numbers=NumberPool(numbers=(CallerNumber(e164="+442079460000"),)),
)


@dataclass(slots=True, kw_only=True)
class World:
    """What all Diallers of a test share."""

    callees: dict[str, Callee] = field(default_factory=dict)
    clock: Clock = field(default_factory=MemoryClock)
    campaigns: MemoryCampaignStore = field(default_factory=MemoryCampaignStore)
    leads: MemoryLeadStore = field(default_factory=MemoryLeadStore)
    attempts: MemoryAttemptLedger = field(default_factory=MemoryAttemptLedger)
    calls: MemoryCallStore = field(default_factory=MemoryCallStore)
    dnc: MemoryDncList = field(default_factory=MemoryDncList)
    fleet: MemoryFleetRegistry = field(default_factory=MemoryFleetRegistry)
    cores: MemoryCoreGateway = field(default_factory=MemoryCoreGateway)
    rooms: MemoryRooms = field(init=False)
    links: AudioLinks = field(init=False)
    carrier: MemoryCarrier = field(init=False)
    telephony: MemoryTelephony = field(init=False)
    desk: MemoryFleetDesk = field(init=False)
    leases: MemoryLeases = field(init=False)
    allotments: MemoryAllotments = field(init=False)

    def __post_init__(self) -> None:
        self.rooms = MemoryRooms(self.clock)
        self.links = MemoryAudioLinks(self.rooms, self.clock)
        self.carrier = MemoryCarrier(self.callees, self.clock)
        self.telephony = MemoryTelephony(self.rooms, {TRUNK.id: self.carrier}.get, MemoryLegJournal(), self.clock)
        self.desk = MemoryFleetDesk(self.clock, trunks=[TRUNK])
        self.leases = MemoryLeases(self.clock)
        self.allotments = MemoryAllotments(self.clock)

    async def add_core(
        self, name: str = "core-1", *, slots: int = 20, capacity: int = 20, messages: int = 2
    ) -> MemoryCore:
        """`slots` are what the API grants, `capacity` what the Core itself takes."""
        core = MemoryCore(server_id=ServerId(name), capacity=capacity, message_slots=messages)
        self.cores.cores[f"http://{name}"] = core
        self.desk.cores.append(Grant(server_id=core.server_id, url=f"http://{name}", slots=slots))
        server = CoreServer(id=core.server_id, url=f"http://{name}")
        await self.fleet.put(
            server.beat(capacity=capacity, live=0, release="1", run="r", draining=False, at=self.clock.now())
        )
        return core

    async def add_campaign(self, plan: CampaignPlan = PLAN) -> Campaign:
        now = self.clock.now()
        new = Campaign(id=CAMPAIGN, brand=DEFAULT_BRAND, name="Test", bot_id=BotId("bot_1"), created_at=now, plan=plan)
        return await self.campaigns.add(new.start(1, at=now))

    async def add_leads(self, *phones: str, consent: bool = True) -> list[Lead]:
        now = self.clock.now()
        leads = [
            Lead(
                id=LeadId(f"lead_{phone[1:]}"),
                brand=DEFAULT_BRAND,
                campaign_id=CAMPAIGN,
                phone=PhoneNumber(e164=phone, region="GB", kind=NumberKind.FIXED, zones=("Europe/London",)),
                created_at=now,
                due_at=now,
                consent=consent,
            )
            for phone in phones
        ]
        await self.leads.add(leads)
        return leads

    async def lead(self, phone: str) -> Lead:
        return await self.leads.get(DEFAULT_BRAND, LeadId(f"lead_{phone[1:]}"))

    async def tried(self) -> list[Attempt]:
        """All attempts, oldest first."""
        page = await self.attempts.page(DEFAULT_BRAND, CAMPAIGN, where=AttemptFilter(), after=None, limit=200)
        return list(reversed(page.items))

    async def until(self, holds: Callable[[], object], seconds: float = 120) -> None:
        """Virtual time passes until it holds."""
        async with asyncio.timeout(seconds):
            while not await _value(holds):
                await self.clock.sleep(0.05)


async def _value(holds: Callable[[], object]) -> object:
    value = holds()
    return await value if asyncio.iscoroutine(value) else value


@dataclass(slots=True, kw_only=True)
class Dialler:
    """One Dialler of the world, as its container would make it."""

    world: World
    name: str = "dialler-1"
    rounds: Rounds = field(init=False)
    slots: CoreSlots = field(init=False)
    pace: PaceCampaigns = field(init=False)
    settle: SettleAttempts = field(init=False)
    recover: RecoverAttempts = field(init=False)
    end: EndCampaigns = field(init=False)
    open_attempt: OpenAttempt = field(init=False)

    def __post_init__(self) -> None:
        w, clock = self.world, self.world.clock
        self.rounds = Rounds(clock=clock)
        self.slots = CoreSlots(w.desk, self.name)
        rates = AnswerRates()
        trunks = TrunkShares(w.allotments, clock, self.name)
        conclude = ConcludeUnanswered(calls=w.calls, attempts=w.attempts, clock=clock)
        answer = AnswerCall(
            rooms=w.rooms,
            screening=MemoryScreening(clock),
            seat_call=SeatCall(slots=self.slots, cores=w.cores, rooms=w.rooms, clock=clock),
            order_core=OrderCore(cores=w.cores, rooms=w.rooms, clock=clock),
            see_core_join=SeeCoreJoin(calls=w.calls, cores=w.cores, rooms=w.rooms, clock=clock),
            conclude=conclude,
            clock=clock,
        )
        run = RunAttempt(
            attempts=w.attempts,
            rooms=w.rooms,
            telephony=w.telephony,
            listen_in=ListenIn(rooms=w.rooms, links=w.links),
            answer_call=answer,
            conclude=conclude,
            slots=self.slots,
            trunks=trunks,
            rates=rates,
            clock=clock,
        )
        self.open_attempt = OpenAttempt(
            leads=w.leads,
            attempts=w.attempts,
            calls=w.calls,
            trunks=trunks,
            run_attempt=run,
            clock=clock,
            dialler=self.name,
            start=self.rounds.start,
        )
        dial = DialDueLeads(
            campaigns=w.campaigns,
            leads=w.leads,
            attempts=w.attempts,
            dnc=w.dnc,
            slots=self.slots,
            trunks=trunks,
            rates=rates,
            open_attempt=self.open_attempt,
            clock=clock,
            dialler=self.name,
        )
        self.pace = PaceCampaigns(
            campaigns=w.campaigns,
            leases=w.leases,
            desk=w.desk,
            slots=self.slots,
            trunks=trunks,
            rates=rates,
            dial_due_leads=dial,
            clock=clock,
            dialler=self.name,
        )
        self.settle = SettleAttempts(attempts=w.attempts, leads=w.leads, campaigns=w.campaigns, clock=clock)
        self.recover = RecoverAttempts(
            attempts=w.attempts,
            calls=w.calls,
            fleet=w.fleet,
            cores=w.cores,
            telephony=w.telephony,
            rooms=w.rooms,
            conclude=conclude,
            clock=clock,
            dialler=self.name,
        )
        self.end = EndCampaigns(campaigns=w.campaigns, leads=w.leads, attempts=w.attempts, clock=clock)

    async def work(self) -> None:
        """As `applications.dialler.main` does."""
        rounds: list[tuple[float, Work]] = [
            (0.25, self.pace),
            (0.25, self.settle),
            (1.0, self.recover),
            (1.0, self.end),
        ]
        await self.rounds.run(rounds, 30)


@asynccontextmanager
async def working(*diallers: Dialler) -> AsyncIterator[list["asyncio.Task[None]"]]:
    """The diallers at work; their tasks, so that a test can kill one."""
    async with diallers[0].world.telephony.running(), asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(dialler.work()) for dialler in diallers]
        try:
            yield running
        finally:
            for task in running:
                task.cancel()


async def concluded(world: World, call_id: CallId, outcome: Outcome) -> None:
    """What Core and relay do at the end of a call, here by hand: the attempt hears of its outcome."""
    await world.telephony.hang_up(call_id)
    attempt = await world.attempts.of_call(DEFAULT_BRAND, call_id)
    await world.attempts.save(attempt.finish(outcome, at=world.clock.now() + timedelta(0)))

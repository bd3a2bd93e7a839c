"""The whole of CXB in one process under virtual time: every use case on twins, callees from the simulated carrier."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field

from adapters.memory.bot_store import MemoryBotStore
from adapters.memory.call_journal import MemoryCallJournal
from adapters.memory.conversation import MemoryConversation
from adapters.memory.crm_connection import MemoryCrmConnection
from adapters.memory.crm_target_store import MemoryCrmTargetStore
from adapters.memory.delivery_log import MemoryDeliveryLog
from adapters.memory.event_log import MemoryEventLog
from adapters.memory.language_model import MemoryLanguageModel
from adapters.memory.leg_journal import MemoryLegJournal
from adapters.memory.object_store import MemoryObjectStore
from adapters.memory.result_outbox import MemoryResultOutbox
from adapters.memory.speech_to_text import MemorySpeechToText
from adapters.memory.telephony import MemoryTelephony
from adapters.memory.text_to_speech import MemoryTextToSpeech
from adapters.memory.trunk_store import MemoryTrunkStore
from adapters.simulation.carrier import SimulatedCarrier
from adapters.tape.audio_links import TapedAudioLinks
from applications.api.use_cases.deliver_pushes import DeliverPushes
from applications.api.use_cases.fetch_config import FetchConfig
from applications.api.use_cases.hold_channel import HoldChannel
from applications.api.use_cases.receive_news import ReceiveNews
from applications.api.use_cases.receive_result import ReceiveResult
from applications.api.use_cases.relay_events import RelayEvents
from applications.api.use_cases.reserve_slots import ReserveSlots
from applications.api.use_cases.take_trunk import TakeTrunk
from applications.core.call_host import CallHost
from applications.core.identity import CoreIdentity
from applications.core.leg_channel import LegChannel
from applications.core.live_calls import LiveCalls
from applications.core.node import CoreNode
from applications.core.use_cases.close_late import CloseLate
from applications.core.use_cases.conclude_call import ConcludeCall
from applications.core.use_cases.deliver_results import DeliverResults
from applications.core.use_cases.open_call import OpenCall
from applications.core.use_cases.order_call import OrderCall
from applications.core.use_cases.run_call import RunCall
from applications.core.use_cases.salvage_calls import SalvageCalls
from applications.core.use_cases.stay_on import StayOn
from applications.core.use_cases.take_call import TakeCall
from applications.core.use_cases.transfer_call import TransferCall
from domain.bots.bot import Bot, BotSpec
from domain.bots.runtime_config import RuntimeConfig
from domain.crm.delivery import CrmTarget
from domain.ids import DEFAULT_BRAND, BotId, CallId, ServerId, TargetId, UserId
from domain.routing.fleet import CoreServer
from domain.routing.trunk import Trunk
from ports.audio_links import AudioLinks
from ports.channel_desk import ChannelDesk
from ports.clock import Clock
from ports.config_source import ConfigSource
from ports.core_gateway import CoreGateway
from ports.errors import NotFound
from ports.fleet_desk import FleetDesk
from ports.messages.calls import CallNews
from ports.messages.core import CallAccepted, CallRequest, CoreHealth, End, Order
from ports.messages.fleet import Reservation, ReservationRequest
from ports.messages.reader import read
from ports.messages.results import ResultPackage
from ports.result_sink import ResultSink
from ports.rooms import Rooms
from ports.telephony import Telephony
from tests.dialler.world import TRUNK, Dialler, World

CORE = ServerId("core-1")
CORE_URL = "http://core-1"
ROUND = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDoors(ConfigSource, ResultSink, ChannelDesk, FleetDesk):
    """The API's use cases as Core and Dialler see them, without the wire that other tests speak."""

    fetch_config: FetchConfig
    receive_result: ReceiveResult
    receive_news: ReceiveNews
    hold_channel: HoldChannel
    reserve_slots: ReserveSlots
    carried_by: Sequence[Trunk]

    async def fetch(self, bot_id: BotId, call_id: CallId) -> RuntimeConfig:
        return await self.fetch_config(bot_id, call_id)

    async def hand_over(self, body: bytes) -> None:
        await self.receive_result(read(body, ResultPackage), body)

    async def tell(self, call_id: CallId, news: CallNews) -> None:
        await self.receive_news(call_id, news)

    async def hold(self, call_id: CallId, leg_id: CallId) -> None:
        await self.hold_channel(call_id, leg_id)

    async def give_back(self, call_id: CallId, leg_id: CallId) -> None:
        await self.hold_channel.give_back(call_id, leg_id)

    async def reserve(self, request: ReservationRequest) -> Reservation:
        return await self.reserve_slots(request)

    async def trunks(self) -> Sequence[Trunk]:
        return self.carried_by


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreDoor(CoreGateway):
    """Core's use cases as the Dialler sees them."""

    take_call: TakeCall
    order_call: OrderCall
    calls: LiveCalls

    async def health(self, url: str) -> CoreHealth:
        capacity = self.calls.capacity
        return CoreHealth(server_id=CORE, run="run", release="1", capacity=capacity, live=len(self.calls))

    async def take(self, url: str, request: CallRequest) -> CallAccepted:
        return await self.take_call(request)

    async def order(self, url: str, call_id: CallId, order: Order) -> None:
        await self.order_call(call_id, order)

    async def end(self, url: str, call_id: CallId) -> None:
        with suppress(NotFound):
            await self.order_call(call_id, End())


@dataclass(frozen=True, slots=True, kw_only=True)
class Phones:
    """What carries calls, at work already, the clock that it goes by, and the trunks by which it does."""

    clock: Clock
    rooms: Rooms
    links: AudioLinks
    telephony: Telephony
    trunks: Sequence[Trunk] = (TRUNK,)


@dataclass(slots=True, kw_only=True)
class Road:
    """`world` has the stores and the room; the rest is what API and Core add. `phones` stand in for the simulated
    carrier, where there are any."""

    seed: int = 1
    capacity: int = 60
    phones: Phones | None = None
    world: World = field(default_factory=World)
    bots: MemoryBotStore = field(default_factory=MemoryBotStore)
    events: MemoryEventLog = field(default_factory=MemoryEventLog)
    targets: MemoryCrmTargetStore = field(default_factory=MemoryCrmTargetStore)
    deliveries: MemoryDeliveryLog = field(default_factory=MemoryDeliveryLog)
    objects: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    crm: MemoryCrmConnection = field(init=False)
    node: CoreNode = field(init=False)
    relay: RelayEvents = field(init=False)
    push: DeliverPushes = field(init=False)

    def __post_init__(self) -> None:
        if self.phones is not None:
            self.world = World(clock=self.phones.clock)
        w = self.world
        speech, ears = MemoryTextToSpeech(), MemorySpeechToText()
        if self.phones is None:
            carrier = SimulatedCarrier(w.clock, speech, ears, seed=self.seed)
            w.telephony = MemoryTelephony(w.rooms, {TRUNK.id: carrier}.get, MemoryLegJournal(), w.clock, most_legs=1000)
        else:  # the real thing in place of the twins
            w.rooms, w.links = self.phones.rooms, self.phones.links  # type: ignore[assignment]
            w.telephony = self.phones.telephony  # type: ignore[assignment]
        self.crm = MemoryCrmConnection(w.clock)
        trunks = MemoryTrunkStore()
        doors = ApiDoors(
            fetch_config=FetchConfig(calls=w.calls, bots=self.bots),
            receive_result=ReceiveResult(calls=w.calls),
            receive_news=ReceiveNews(calls=w.calls, events=self.events, clock=w.clock),
            hold_channel=HoldChannel(
                calls=w.calls,
                trunks=trunks,
                allotments=w.allotments,
                take_trunk=TakeTrunk(trunks=trunks, allotments=w.allotments),
            ),
            reserve_slots=ReserveSlots(fleet=w.fleet, allotments=w.allotments),
            carried_by=self.phones.trunks if self.phones else (TRUNK,),
        )
        w.desk = doors  # type: ignore[assignment]  # the real thing in place of the twin
        self._make_core(doors, MemoryConversation(ears, speech, MemoryLanguageModel(), w.clock))
        self.relay = RelayEvents(
            calls=w.calls,
            events=self.events,
            attempts=w.attempts,
            dnc=w.dnc,
            targets=self.targets,
            deliveries=self.deliveries,
            allotments=w.allotments,
            clock=w.clock,
            public_url="http://cxb.test",
        )
        self.push = DeliverPushes(deliveries=self.deliveries, targets=self.targets, crm=self.crm, clock=w.clock)

    def _make_core(self, doors: ApiDoors, conversation: MemoryConversation) -> None:
        w = self.world
        journal, outbox = MemoryCallJournal(), MemoryResultOutbox()
        leg_channel = LegChannel(desk=doors, clock=w.clock)
        host = CallHost(
            OpenCall(configs=doors, rooms=w.rooms, telephony=w.telephony, sink=doors, clock=w.clock),
            RunCall(
                rooms=w.rooms,
                telephony=w.telephony,
                journal=journal,
                taped=lambda writer: TapedAudioLinks(w.links, writer, w.clock),
                conversation=conversation,
                transfer_call=TransferCall(telephony=w.telephony, channel=leg_channel),
                stay_on=StayOn(telephony=w.telephony, channel=leg_channel, clock=w.clock),
                sink=doors,
                clock=w.clock,
                server_id=CORE,
            ),
        )
        calls = LiveCalls(capacity=self.capacity, message_slots=4)
        conclude = ConcludeCall(
            rooms=w.rooms, journal=journal, objects=self.objects, outbox=outbox, clock=w.clock, server_id=CORE
        )
        self.node = CoreNode(
            calls=calls,
            runner=host,
            journal=journal,
            outbox=outbox,
            conclude_call=conclude,
            close_late=CloseLate(rooms=w.rooms, clock=w.clock),
            deliver_results=DeliverResults(outbox=outbox, sink=doors, clock=w.clock),
            salvage_calls=SalvageCalls(journal=journal, conclude=conclude, clock=w.clock),
            clock=w.clock,
            drain_seconds=5,
        )
        identity = CoreIdentity(server_id=CORE, run="run", release="1")
        w.cores = CoreDoor(  # type: ignore[assignment]  # the real thing in place of the twin
            take_call=TakeCall(calls=calls, runner=host, identity=identity),
            order_call=OrderCall(calls=calls, runner=host),
            calls=calls,
        )

    async def furnish(self, spec: BotSpec) -> None:
        """A healthy Core, a published bot and a CRM."""
        w, now = self.world, self.world.clock.now()
        core = CoreServer(id=CORE, url=CORE_URL)
        await w.fleet.put(core.beat(capacity=self.capacity, live=0, release="1", run="run", draining=False, at=now))
        bot = Bot(id=BotId("bot_1"), brand=DEFAULT_BRAND, name="Test", created_at=now, draft=spec)
        await self.bots.add(bot.publish(by=UserId("user_1"), at=now))
        await self.targets.add(
            CrmTarget(
                id=TargetId("target_1"),
                brand=DEFAULT_BRAND,
                name="CRM",
                url="https://crm.test/pushes",
                secret="whsec_" + "c2VjcmV0" * 4,
                created_at=now,
            )
        )

    @asynccontextmanager
    async def running(self, diallers: int = 1) -> AsyncIterator[None]:
        """Everything at work until the context ends."""
        w = self.world
        made = [Dialler(world=w, name=f"dialler-{number}") for number in range(diallers)]
        carrying = nullcontext() if self.phones else w.telephony.running()
        async with carrying, self.node.running(), asyncio.TaskGroup() as tasks:
            working = [tasks.create_task(dialler.work()) for dialler in made]
            working += [tasks.create_task(self._relaying()), tasks.create_task(self.push())]
            try:
                yield
            finally:
                for task in working:
                    task.cancel()

    async def _relaying(self) -> None:
        while True:
            await self.relay()
            await self.world.clock.sleep(ROUND)

"""A whole Core on memory twins, with a callee of one's choice on the other end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import msgspec

from adapters.memory.audio_links import MemoryAudioLinks
from adapters.memory.call_journal import MemoryCallJournal
from adapters.memory.carrier import ANSWERS, Callee, MemoryCarrier, MemoryIncoming
from adapters.memory.channel_desk import MemoryChannelDesk
from adapters.memory.clock import MemoryClock
from adapters.memory.config_source import MemoryConfigSource
from adapters.memory.conversation import MemoryConversation
from adapters.memory.language_model import MemoryLanguageModel
from adapters.memory.leg_journal import MemoryLegJournal
from adapters.memory.object_store import MemoryObjectStore
from adapters.memory.result_outbox import MemoryResultOutbox
from adapters.memory.result_sink import MemoryResultSink
from adapters.memory.rooms import MemoryRooms
from adapters.memory.speech_to_text import MemorySpeechToText
from adapters.memory.telephony import MemoryTelephony
from adapters.memory.text_to_speech import MemoryTextToSpeech
from adapters.tape.audio_links import TapedAudioLinks
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
from applications.core.use_cases.report_health import ReportHealth
from applications.core.use_cases.run_call import RunCall
from applications.core.use_cases.salvage_calls import SalvageCalls
from applications.core.use_cases.stay_on import StayOn
from applications.core.use_cases.take_call import TakeCall
from applications.core.use_cases.transfer_call import TransferCall
from domain.bots.bot import BotSpec
from domain.bots.flow import Edge, EdgeKind, FlowGraph, Step
from domain.bots.policy import Policy
from domain.bots.runtime_config import RuntimeConfig
from domain.calls.audio import FRAME_SECONDS, SILENCE, AudioFrame
from domain.calls.room import CALLEE, CORE, TARGET
from domain.ids import DEFAULT_BRAND, BotId, CallId, ServerId, TrunkId
from ports.call_journal import CallJournal
from ports.carrier import Arrival
from ports.conversation import Conversation
from ports.messages.core import Attach, Dial, Receive
from ports.messages.results import ResultPackage
from ports.telephony import DialOrder, LegKind

SECRET: Final = "a-secret-between-processes-that-tests-use"
SERVER: Final = ServerId("core-1")
BOT: Final = BotId("bot_1")
TRUNK: Final = TrunkId("trunk_1")
NUMBER: Final = "+12025550123"
OURS: Final = "+12025550100"

FLOW: Final = FlowGraph(
    start="ask",
    steps=(
        Step(
            id="ask",
            say="Do you want it?",
            collect="wish",
            edges=(Edge(to="bye", kind=EdgeKind.EXPRESSION, when='says("yes")'),),
        ),
        Step(id="bye", say="Goodbye.", end="agreed"),
    ),
)
SPEC: Final = BotSpec(
    flow=FLOW,
    voicemail_message="Please call back.",
    safe_harbour_message="We will try again.",
    policy=Policy(max_duration=120.0),
)


def config_of(call_id: CallId, spec: BotSpec = SPEC) -> RuntimeConfig:
    return RuntimeConfig(
        call_id=call_id,
        brand=DEFAULT_BRAND,
        bot_id=BOT,
        bot_version=1,
        spec=spec,
        recording_key=f"default/recordings/{call_id}.wav",
        trunk_id=TRUNK,
        phone=NUMBER,
        caller_number=OURS,
    )


def dial_of(call_id: CallId, to: str = NUMBER) -> Dial:
    return Dial(call_id=call_id, brand=DEFAULT_BRAND, bot_id=BOT, trunk_id=TRUNK, to=to, caller_number=OURS)


@dataclass(kw_only=True)
class Stage:
    """Twins that tests reach into only to set the scene; what they assert goes through the ports."""

    callees: dict[str, Callee] = field(default_factory=dict)
    clock: MemoryClock = field(default_factory=MemoryClock)
    configs: MemoryConfigSource = field(default_factory=MemoryConfigSource)
    sink: MemoryResultSink = field(default_factory=MemoryResultSink)
    journal: CallJournal = field(default_factory=MemoryCallJournal)
    outbox: MemoryResultOutbox = field(default_factory=MemoryResultOutbox)
    objects: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    capacity: int = 4
    message_slots: int = 1
    drain_seconds: float = 30.0
    conversation: Conversation | None = None

    def __post_init__(self) -> None:
        self.channels = MemoryChannelDesk(self.clock)
        leg_channel = LegChannel(desk=self.channels, clock=self.clock)
        self.rooms = MemoryRooms(self.clock)
        self.links = MemoryAudioLinks(self.rooms, self.clock)
        self.carrier = MemoryCarrier(self.callees, self.clock)
        self.telephony = MemoryTelephony(self.rooms, {TRUNK: self.carrier}.get, MemoryLegJournal(), self.clock)
        self.calls = LiveCalls(capacity=self.capacity, message_slots=self.message_slots)
        identity = CoreIdentity(server_id=SERVER, run="run_1", release="0.1.0")
        open_call = OpenCall(
            configs=self.configs, rooms=self.rooms, telephony=self.telephony, sink=self.sink, clock=self.clock
        )
        self.run_call = RunCall(
            rooms=self.rooms,
            telephony=self.telephony,
            journal=self.journal,
            taped=lambda journal: TapedAudioLinks(self.links, journal, self.clock),
            conversation=self.conversation or self._conversation(),
            transfer_call=TransferCall(telephony=self.telephony, channel=leg_channel),
            stay_on=StayOn(telephony=self.telephony, channel=leg_channel, clock=self.clock),
            sink=self.sink,
            clock=self.clock,
            server_id=SERVER,
        )
        self.host = CallHost(open_call, self.run_call)
        self.take_call = TakeCall(calls=self.calls, runner=self.host, identity=identity)
        self.order_call = OrderCall(calls=self.calls, runner=self.host)
        self.report_health = ReportHealth(calls=self.calls, outbox=self.outbox, identity=identity)
        self.conclude_call = ConcludeCall(
            rooms=self.rooms,
            journal=self.journal,
            objects=self.objects,
            outbox=self.outbox,
            clock=self.clock,
            server_id=SERVER,
        )
        self.deliver_results = DeliverResults(outbox=self.outbox, sink=self.sink, clock=self.clock)
        self.node = CoreNode(
            calls=self.calls,
            runner=self.host,
            journal=self.journal,
            outbox=self.outbox,
            conclude_call=self.conclude_call,
            close_late=CloseLate(rooms=self.rooms, clock=self.clock),
            deliver_results=self.deliver_results,
            salvage_calls=SalvageCalls(journal=self.journal, conclude=self.conclude_call, clock=self.clock),
            clock=self.clock,
            drain_seconds=self.drain_seconds,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Stage"]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.telephony.running())
            await stack.enter_async_context(self.node.running())
            yield self

    async def answered(
        self, call_id: CallId, to: str = NUMBER, *, spec: BotSpec = SPEC, message_only: bool = False
    ) -> Attach:
        """A leg that has been answered, and the request that a Dialler makes then."""
        self.configs.offer(config_of(call_id, spec))
        await self.rooms.open(call_id)
        order = DialOrder(
            call_id=call_id,
            brand=DEFAULT_BRAND,
            room=call_id,
            trunk_id=TRUNK,
            to=to,
            caller_number=OURS,
            ring_timeout=30.0,
            max_duration=600.0,
        )
        await self.telephony.dial(order)
        async for event in self.telephony.watch(call_id):
            if event.kind is LegKind.ANSWERED:
                break
        them = frozenset({CALLEE, TARGET})
        invitation = await self.rooms.invite(call_id, CORE, hears=them, heard_by=them)
        return Attach(
            call_id=call_id, brand=DEFAULT_BRAND, bot_id=BOT, invitation=invitation, message_only=message_only
        )

    async def arrived(
        self, call_id: CallId, caller: Callee = ANSWERS, *, gives_up_after: float | None = None, notice: str = ""
    ) -> Receive:
        """A call that came in and rings, and the request that the API makes then."""
        self.configs.offer(config_of(call_id))
        await self.rooms.open(call_id)
        arrival = Arrival(trunk_id=TRUNK, number=OURS, caller=NUMBER)
        incoming = MemoryIncoming(arrival, caller, self.carrier, self.clock, gives_up_after)
        await self.telephony.ring(call_id, incoming)
        return Receive(call_id=call_id, brand=DEFAULT_BRAND, bot_id=BOT, notice=notice)

    async def result(self, call_id: CallId, within: float = 200.0) -> ResultPackage:
        """As the API got it."""
        async with asyncio.timeout(within):
            while call_id not in self.sink.packages:
                await self.clock.sleep(0.05)
        return msgspec.json.decode(self.sink.packages[call_id], type=ResultPackage)

    def _conversation(self) -> MemoryConversation:
        return MemoryConversation(MemorySpeechToText(), MemoryTextToSpeech(), MemoryLanguageModel(), self.clock)


async def said(text: str, *, after: float = 0.0) -> Callee:
    """A callee who answers at once and says this, `after` seconds of silence."""
    frames = [frame async for frame in MemoryTextToSpeech().speak(text, voice="en-us")]
    return Callee(answers_after=0.1, says=(*_silence(after), *frames))


def _silence(seconds: float) -> list[AudioFrame]:
    return [AudioFrame(pcm=SILENCE)] * round(seconds / FRAME_SECONDS)

"""The small world that the suites of CXB's inner HTTP doors meet: two Cores, a few calls, and what goes wrong."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from adapters.memory.carrier_desk import MemoryCarrierDesk
from adapters.memory.channel_desk import MemoryChannelDesk
from adapters.memory.config_source import MemoryConfigSource
from adapters.memory.core_gateway import MemoryCore, MemoryCoreGateway
from adapters.memory.fleet_desk import MemoryFleetDesk
from adapters.memory.result_sink import MemoryResultSink
from domain.bots.bot import BotSpec
from domain.bots.flow import Edge, EdgeKind, FlowGraph, Step
from domain.bots.runtime_config import RuntimeConfig
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy, ResultSource
from domain.ids import DEFAULT_BRAND, BotId, CallId, ServerId, TrunkId
from domain.routing.did import TurnedAway
from domain.routing.sip import SipSettings
from domain.routing.trunk import CarrierKind, Trunk
from ports.clock import Clock
from ports.errors import Busy, PortError, Refused, Unavailable
from ports.messages.fleet import Grant
from ports.messages.results import ResultPackage
from ports.messages.sip import SipAccount

SECRET: Final = "a-secret-between-processes-that-tests-use"
NOON: Final = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

BOT: Final = BotId("bot_1")
CALL: Final = CallId("call_1")
UNKNOWN: Final = CallId("call_nobody_knows")
ARCHIVED: Final = CallId("call_of_an_archived_bot")
CROWDED: Final = CallId("call_that_comes_in_a_rush")
LOST: Final = CallId("call_that_gets_no_answer")
FAILURES: Final[Mapping[CallId, PortError]] = {
    ARCHIVED: Refused("the bot is archived", reason="archived"),
    CROWDED: Busy("too many at once", retry_after=7.0),
    LOST: Unavailable("no answer"),
}

FLOW: Final = FlowGraph(
    start="hello",
    steps=(
        Step(id="hello", say="Hello {name}", edges=(Edge(to="bye", kind=EdgeKind.DIGITS, when="1"),), collect="wish"),
        Step(id="bye", say="Goodbye", end="done"),
    ),
)
CONFIG: Final = RuntimeConfig(
    call_id=CALL,
    brand=DEFAULT_BRAND,
    bot_id=BOT,
    bot_version=3,
    spec=BotSpec(flow=FLOW, variables=("name",)),
    recording_key="default/call_1.wav",
    variables={"name": "Zoë"},
)

OUR_NUMBER: Final = "+12025550100"
NOBODYS_NUMBER: Final = "+12025550101"

ROOMY: Final = "http://core-1.example:8602"
SMALL: Final = "http://core-2.example:8602"
DRAINING: Final = "http://core-3.example:8602"
DEAD: Final = "http://core-4.example:8602"


def package(call_id: CallId, detail: str = "") -> bytes:
    """A result as Core would send it."""
    result = ResultPackage(
        call_id=call_id,
        brand=DEFAULT_BRAND,
        outcome=Outcome.COMPLETED,
        ended_by=EndedBy.BOT,
        source=ResultSource.CORE,
        ended_at=NOON,
        server=ServerId("core-1"),
        detail=detail,
    )
    return msgspec.json.encode(result)


def trunk(name: str, *, enabled: bool = True) -> Trunk:
    return Trunk(
        id=TrunkId(name),
        brand=DEFAULT_BRAND,
        name=name,
        carrier=CarrierKind.SIMULATED,
        channels=10,
        calls_per_second=2.0,
        prefixes=("+1",),
        enabled=enabled,
    )


def config_source() -> MemoryConfigSource:
    source = MemoryConfigSource([CONFIG])
    source.failures.update(FAILURES)
    return source


def result_sink() -> MemoryResultSink:
    sink = MemoryResultSink(known=[CALL, *FAILURES])
    sink.failures.update(FAILURES)
    return sink


def channel_desk(clock: Clock) -> MemoryChannelDesk:
    """Two channels for second legs."""
    desk = MemoryChannelDesk(clock, channels=2)
    desk.failures.update({UNKNOWN: Refused("no such call", reason="unknown_call"), **FAILURES})
    return desk


def core_gateway() -> MemoryCoreGateway:
    """`SMALL` has one slot, and one more for messages."""
    return MemoryCoreGateway(
        {
            ROOMY: MemoryCore(server_id=ServerId("core-1"), release="1.2.3", refusals=dict(FAILURES)),
            SMALL: MemoryCore(server_id=ServerId("core-2"), capacity=1, message_slots=1),
            DRAINING: MemoryCore(server_id=ServerId("core-3"), draining=True),
            DEAD: MemoryCore(server_id=ServerId("core-4"), dead=True),
        }
    )


def fleet_desk(clock: Clock) -> MemoryFleetDesk:
    """Five slots on two Cores; of three trunks, one is disabled."""
    return MemoryFleetDesk(
        clock,
        cores=[
            Grant(server_id=ServerId("core-1"), url=ROOMY, slots=3),
            Grant(server_id=ServerId("core-2"), url=SMALL, slots=2),
        ],
        trunks=[trunk("trunk_a"), trunk("trunk_off", enabled=False), trunk("trunk_b")],
    )


def carrier_desk() -> MemoryCarrierDesk:
    """Two SIP accounts, one of them with a password; one number of ours and one of nobody."""
    sip = SipSettings(host="sip.example.com", username="cxb")
    accounts = [
        SipAccount(trunk_id=TrunkId("trunk_b"), brand=DEFAULT_BRAND, sip=SipSettings(host="192.0.2.1"), channels=5),
        SipAccount(trunk_id=TrunkId("trunk_a"), brand=DEFAULT_BRAND, sip=sip, password="open sesame", channels=2),
    ]
    return MemoryCarrierDesk(accounts, {NOBODYS_NUMBER: TurnedAway.UNKNOWN_NUMBER})

"""One of each message that crosses a boundary, with every field given, and one with only those that must be."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from domain.bots.bot import BotSpec
from domain.bots.flow import Edge, EdgeKind, FlowGraph, Step
from domain.bots.policy import Policy
from domain.bots.runtime_config import RuntimeConfig
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy, Recording, ResultSource
from domain.calls.room import Invitation
from domain.calls.transcript import Speaker, Turn, Word
from domain.calls.transfer import ShownCaller, Transfer, TransferHow, TransferTried
from domain.ids import DEFAULT_BRAND, BotId, CallId, ServerId, TrunkId
from domain.routing.did import TurnedAway
from domain.routing.sip import CallerIn, Codec, SipSettings, SipTransport
from domain.routing.trunk import CarrierKind, Trunk
from ports.messages.calls import CoreJoined, LegMoved, LegProgress, TurnHeard
from ports.messages.core import (
    Attach,
    CallAccepted,
    CoreHealth,
    Dial,
    End,
    LeaveMessage,
    Notice,
    Receive,
    SafeHarbour,
    Talk,
)
from ports.messages.fleet import Grant, Reservation, ReservationRequest, TrunkList
from ports.messages.inbound import Arrived, Received
from ports.messages.results import ResultPackage, ResultStored
from ports.messages.sip import SipAccount, SipAccounts

NOON: Final = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CALL, BOT, SERVER, TRUNK = CallId("call_1"), BotId("bot_1"), ServerId("core-1"), TrunkId("trunk_1")
TICKET: Final = Invitation(url="ws://exchange", room="call_1", party="core", token="ticket")
TURN: Final = Turn(
    speaker=Speaker.BOT,
    text="Hello Zoë",
    start=0.25,
    end=1.5,
    words=(Word(text="Hello", start=0.25, end=0.75), Word(text="Zoë", start=1.0, end=1.5)),
    interrupted=True,
    latency=0.125,
    step="hello",
)
FLOW: Final = FlowGraph(
    start="hello",
    steps=(
        Step(
            id="hello",
            say="Hello {name}",
            edges=(Edge(to="bye", kind=EdgeKind.DIGITS, when="1"),),
            collect="wish",
            no_match_say="Sorry?",
        ),
        Step(
            id="colleague",
            say="One moment",
            transfer=Transfer(
                to="+12025550188",
                how=TransferHow.DIAL,
                ring_timeout=20.0,
                talk_limit=600.0,
                caller=ShownCaller.CALLEE,
            ),
            edges=(Edge(to="bye", kind=EdgeKind.EVENT, when="transfer_failed"),),
        ),
        Step(id="bye", say="Goodbye", end="done"),
    ),
)

SIP: Final = SipSettings(
    host="sip.example.com",
    port=5061,
    transport=SipTransport.TCP,
    username="cxb",
    register=True,
    codecs=(Codec.PCMA,),
    caller_in=CallerIn.ASSERTED,
    trusted=("192.0.2.0/24",),
)

SAMPLES: Final[Mapping[str, Any]] = {
    "attach": Attach(call_id=CALL, brand=DEFAULT_BRAND, bot_id=BOT, invitation=TICKET, message_only=True),
    "attach_least": Attach(call_id=CALL, brand=DEFAULT_BRAND, bot_id=BOT, invitation=TICKET),
    "dial": Dial(
        call_id=CALL,
        brand=DEFAULT_BRAND,
        bot_id=BOT,
        trunk_id=TRUNK,
        to="+12025550123",
        caller_number="+12025550100",
        ring_timeout=25.0,
    ),
    "receive": Receive(call_id=CALL, brand=DEFAULT_BRAND, bot_id=BOT, notice="We are closed."),
    "call_accepted": CallAccepted(call_id=CALL, server_id=SERVER, run="run_1"),
    "talk": Talk(),
    "leave_message": LeaveMessage(),
    "safe_harbour": SafeHarbour(),
    "notice": Notice(text="We are closed."),
    "end": End(reason="machine"),
    "core_health": CoreHealth(
        server_id=SERVER, run="run_1", release="0.1.0", capacity=20, live=3, draining=True, waiting_results=2
    ),
    "core_joined": CoreJoined(server_id=SERVER),
    "leg_moved": LegMoved(progress=LegProgress.RINGING),
    "turn_heard": TurnHeard(turn=TURN),
    "result_package": ResultPackage(
        call_id=CALL,
        brand=DEFAULT_BRAND,
        outcome=Outcome.COMPLETED,
        ended_by=EndedBy.BOT,
        source=ResultSource.CORE,
        ended_at=NOON,
        server=SERVER,
        answered_at=NOON,
        turns=(TURN,),
        collected={"wish": "yes"},
        disposition="agreed",
        recording=Recording(key="default/call_1.wav", backend="directory", seconds=2.5, size=160_044, sha256="00ff"),
        sip_status=200,
        detail="why",
        transfer=TransferTried(to="+12025550188", how=TransferHow.DIAL, at=NOON, failure="sip_486"),
    ),
    "result_package_least": ResultPackage(
        call_id=CALL,
        brand=DEFAULT_BRAND,
        outcome=Outcome.BUSY,
        ended_by=EndedBy.CALLEE,
        source=ResultSource.CORE,
        ended_at=NOON,
        server=SERVER,
    ),
    "result_stored": ResultStored(call_id=CALL, repeated=False),
    "reservation_request": ReservationRequest(holder="dialler_1", slots=5, seconds=10.0),
    "reservation": Reservation(grants=(Grant(server_id=SERVER, url="http://core", slots=5),), cores=1),
    "trunk_list": TrunkList(
        trunks=(
            Trunk(
                id=TRUNK,
                brand=DEFAULT_BRAND,
                name="simulated",
                carrier=CarrierKind.SIMULATED,
                channels=10,
                calls_per_second=2.0,
                prefixes=("+1",),
            ),
            Trunk(
                id=TrunkId("trunk_2"),
                brand=DEFAULT_BRAND,
                name="Main",
                carrier=CarrierKind.SIP,
                channels=10,
                calls_per_second=2.0,
                enabled=False,
                sip=SIP,
            ),
        )
    ),
    "sip_accounts": SipAccounts(
        accounts=(SipAccount(trunk_id=TRUNK, brand=DEFAULT_BRAND, sip=SIP, password="open", channels=10),)
    ),
    "arrived": Arrived(call_id=CALL, trunk_id=TRUNK, number="+12025550100", caller="+12025550123"),
    "received": Received(),
    "received_turned_away": Received(turned_away=TurnedAway.CLOSED),
    "runtime_config": RuntimeConfig(
        call_id=CALL,
        brand=DEFAULT_BRAND,
        bot_id=BOT,
        bot_version=3,
        spec=BotSpec(flow=FLOW, variables=("name",), voicemail_message="Call back.", policy=Policy()),
        recording_key="default/call_1.wav",
        variables={"name": "Zoë"},
        trunk_id=TRUNK,
        phone="+12025550123",
        caller_number="+12025550100",
    ),
}

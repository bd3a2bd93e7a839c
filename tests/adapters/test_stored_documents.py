"""Documents that were stored by an earlier CXB are read by this one, and what this one writes by the earlier.

A file in `golden/` is a promise to everybody who has one in their store: never change one, add another.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.codec.documents import decode, encode
from contract_tests.ports.specimens import (
    NOON,
    api_key,
    attempt,
    bot,
    call,
    campaign,
    delivery,
    event,
    later,
    lead,
    lead_import,
    result,
    server,
    target,
    trunk,
    user,
)
from domain.bots.bot import BotSpec
from domain.bots.flow import Edge, EdgeKind, FlowGraph, Step
from domain.calls.call import Origin
from domain.calls.outcome import LeadEnd, Outcome
from domain.calls.result import EndedBy, Recording
from domain.calls.transcript import Speaker, Turn, Word
from domain.calls.transfer import Transfer, TransferHow, TransferTried
from domain.campaigns.attempt import Verdict
from domain.campaigns.campaign import CampaignPlan
from domain.campaigns.lead_import import RowError, RowFault
from domain.campaigns.number_pool import CallerNumber, NumberPool
from domain.campaigns.pacing import Limit
from domain.campaigns.pulse import Pulse
from domain.campaigns.retries import Delay, RetryPlan
from domain.crm.delivery import PushTry
from domain.ids import CampaignId, LeadId, ServerId, UserId
from ports.dnc_list import DncEntry
from ports.errors import Refused

GOLDEN = Path(__file__).parent / "golden"
CORE = ServerId("core-1")
FLOW = FlowGraph(
    start="hello",
    steps=(
        Step(id="hello", say="Hello, {name}.", edges=(Edge(to="bye", kind=EdgeKind.DIGITS, when="1"),), collect="key"),
        Step(id="bye", say="Goodbye.", end="done"),
    ),
)
TURN = Turn(
    speaker=Speaker.BOT,
    text="Hello.",
    start=0.25,
    end=1.5,
    words=(Word(text="Hello.", start=0.25, end=1.5),),
    step="hello",
)
RECORDING = Recording(key="recordings/cal_000001.wav", backend="directory", seconds=30.5, size=976044, sha256="ab" * 32)
SPOKEN = result(
    turns=(TURN,), collected={"key": "1"}, disposition="done", recording=RECORDING, server=CORE, sip_status=200
)
DESK = FlowGraph(
    start="desk",
    steps=(
        Step(
            id="desk",
            say="One moment.",
            transfer=Transfer(to="+14155550188", how=TransferHow.REFER),
            edges=(Edge(to="bye", kind=EdgeKind.EVENT, when="transfer_failed"),),
        ),
        Step(id="bye", say="Goodbye.", end="done"),
    ),
)
TAKEN = result(
    outcome=Outcome.TRANSFERRED,
    ended_by=EndedBy.TARGET,
    transfer=TransferTried(to="+14155550188", how=TransferHow.DIAL, at=later(60)),
)
WRONG = RowError(line=3, fault=RowFault.BLANK_PHONE, column="phone", value="")
NUMBERS = NumberPool(numbers=(CallerNumber(e164="+14155550000", daily_cap=100),))
RETRIES = RetryPlan(delays={Outcome.BUSY: Delay(least=300, most=900)})

DOCUMENTS: dict[str, Any] = {
    "api_key": api_key(1).revoke(at=later(60)),
    "attempt": attempt(1).answer(at=later(9)).hand_over(CORE, Verdict.HUMAN, at=later(10)),
    "bot": bot(1, draft=BotSpec(flow=FLOW, variables=("name",))).publish(by=UserId("usr_0001"), at=NOON),
    "call": call(1, origin=Origin(campaign_id=CampaignId("campaign"), lead_id=LeadId("led_000001")))
    .join(CORE, at=later(30))
    .conclude(SPOKEN),
    "bot_transfers": bot(1, draft=BotSpec(flow=DESK)).publish(by=UserId("usr_0001"), at=NOON),
    "call_transferred": call(1).join(CORE, at=later(30)).conclude(TAKEN),
    "campaign": campaign(1)
    .change(CampaignPlan(numbers=NUMBERS, retries=RETRIES, starts_at=later(60)))
    .start(3, at=NOON),
    "delivery": delivery(1).tried(PushTry(at=later(1), milliseconds=12, error="timeout"), chance=0.5),
    "dnc_entry": DncEntry(brand=user(1).brand, phone="+14155550001", source="upload", added_at=NOON),
    "event": event(1),
    "lead": lead(1).claim("dialler-1", later(30)).dial().finish(LeadEnd.CAPPED, outcome=Outcome.NO_ANSWER),
    "lead_import": lead_import(1, columns={"phone": "Phone"}).progress(rows=2, added=1, errors=(WRONG,), bytes_read=50),
    "pulse": Pulse(campaign_id=CampaignId("cmp_0001"), at=NOON, dialler="dialler-1", limit=Limit.CORE_SLOTS),
    "server": server(1).beat(capacity=20, live=3, release="0.1.0", run="run-1", draining=False, at=NOON),
    "target": target(1).disable("it said 410"),
    "trunk": trunk(1, prefixes=("+1", "+44")),
    "user": replace(user(1), epoch=2, version=7),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_golden_document_is_read_as_what_it_was(name: str) -> None:
    stored = (GOLDEN / f"{name}.json").read_text()

    assert decode(stored, type(DOCUMENTS[name])) == DOCUMENTS[name]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_older_release_finds_all_that_it_knows_in_what_this_one_writes(name: str) -> None:
    stored = json.loads((GOLDEN / f"{name}.json").read_text())

    assert _within(stored, json.loads(encode(DOCUMENTS[name])))
    assert stored["schema"] == 1


def _within(old: Any, new: Any) -> bool:
    """New fields may come; none may go, or mean something else."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(name in new and _within(value, new[name]) for name, value in old.items())
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(_within(*pair) for pair in zip(old, new, strict=True))
    return bool(old == new)


def test_no_golden_document_is_left_unread() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} >= set(DOCUMENTS)


def test_a_document_of_another_releases_schema_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        decode('{"schema":2}', type(DOCUMENTS["user"]))
    assert refused.value.reason == "schema"

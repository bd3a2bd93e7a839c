"""What two of each have left behind, read from the stores, the exchange's journal and the CRM's own log."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from adapters.directory.call_journal import DirectoryCallJournal
from adapters.directory.result_outbox import DirectoryResultOutbox
from adapters.memory.leg_journal import LegEntry
from adapters.sqlite.attempt_ledger import SqliteAttemptLedger
from adapters.sqlite.call_store import SqliteCallStore
from adapters.sqlite.delivery_log import SqliteDeliveryLog
from adapters.sqlite.event_log import SqliteEventLog
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.lead_store import SqliteLeadStore
from domain.calls.call import CALL_CONCLUDED, Call
from domain.campaigns.attempt import Attempt
from domain.campaigns.lead import Lead
from domain.crm.delivery import Delivery
from domain.event import Event
from domain.ids import DEFAULT_BRAND, CallId, CampaignId
from launcher.demo.crm import CrmReceiver
from ports.attempt_ledger import AttemptFilter
from ports.call_store import CallFilter
from ports.delivery_log import DeliveryFilter
from ports.lead_store import LeadFilter

MANY: Final = 10_000
CORES: Final = ("core-1", "core-2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`legs` are the exchange's entries by call; `left` is what still lies with a Core, beside the results that it was
    refused and has `parked`."""

    leads: Sequence[Lead]
    attempts: Sequence[Attempt]
    calls: Sequence[Call]
    pushes: Sequence[Delivery]
    concluded: Sequence[Event]
    legs: dict[CallId, list[LegEntry]]
    left: Sequence[str]
    parked: Sequence[CallId]
    crm: CrmReceiver

    @property
    def by_lead(self) -> dict[str, list[Attempt]]:
        """In the order in which they were opened."""
        tries: defaultdict[str, list[Attempt]] = defaultdict(list)
        for attempt in sorted(self.attempts, key=lambda each: each.number):
            tries[attempt.lead_id].append(attempt)
        return tries


async def found_in(data: Path, campaign_id: str, crm: CrmReceiver) -> Found:
    """Once all is over: nobody has the folder open any more."""
    file, campaign = SqliteFile(data / "cxb.sqlite"), CampaignId(campaign_id)
    await file.open()
    try:
        leads = await SqliteLeadStore(file).page(DEFAULT_BRAND, campaign, where=LeadFilter(), after=None, limit=MANY)
        tries = await SqliteAttemptLedger(file).page(
            DEFAULT_BRAND, campaign, where=AttemptFilter(), after=None, limit=MANY
        )
        calls = await SqliteCallStore(file).page(DEFAULT_BRAND, where=CallFilter(), after=None, limit=MANY)
        pushes = await SqliteDeliveryLog(file).page(DEFAULT_BRAND, where=DeliveryFilter(), after=None, limit=MANY)
        events = await SqliteEventLog(file).read(DEFAULT_BRAND, after=0, limit=MANY)
    finally:
        await file.aclose()
    return Found(
        leads=leads.items,
        attempts=tries.items,
        calls=calls.items,
        pushes=pushes.items,
        concluded=[one.event for one in events if one.event.kind == CALL_CONCLUDED],
        legs=_legs(data / "exchange" / "legs.ndjson"),
        left=[left for core in CORES for left in await _left(data / "core" / core)],
        parked=[call_id for core in CORES for call_id in await _outbox(data / "core" / core).parked()],
        crm=crm,
    )


async def _left(core: Path) -> list[str]:
    journals = await DirectoryCallJournal(core / "journals").unfinished()
    waiting = await _outbox(core).waiting()
    return [*(f"journal: {call_id}" for call_id in journals), *([f"{waiting} results wait"] if waiting else [])]


def _outbox(core: Path) -> DirectoryResultOutbox:
    return DirectoryResultOutbox(core / "outbox")


def _legs(journal: Path) -> dict[CallId, list[LegEntry]]:
    legs: defaultdict[CallId, list[LegEntry]] = defaultdict(list)
    for line in journal.read_bytes().splitlines():
        entry = msgspec.json.decode(line, type=LegEntry)
        legs[entry.call_id].append(entry)
    return legs


def logged(logs: Path) -> Counter[str]:
    """How often each event was logged, over all processes."""
    return Counter(line["event"] for path in logs.glob("*.log") for line in _lines(path.read_text().splitlines()))


def _lines(texts: Iterable[str]) -> list[dict[str, Any]]:
    """A process that is killed leaves half a line, and one that cannot start says so in its own words."""
    lines = []
    for text in texts:
        try:
            line = json.loads(text)
        except ValueError:
            continue
        lines += [line] if isinstance(line, dict) and "event" in line else []
    return lines

"""A Dialler's pacing over a SQLite file with any number of leads, for benchmarks: attempts are stored, none rings."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from adapters.codec.documents import encode
from adapters.codec.instants import micros
from adapters.memory.fleet_desk import MemoryFleetDesk
from adapters.sqlite.allotments import SqliteAllotments
from adapters.sqlite.attempt_ledger import SqliteAttemptLedger
from adapters.sqlite.call_store import SqliteCallStore
from adapters.sqlite.campaign_store import SqliteCampaignStore
from adapters.sqlite.dnc_list import SqliteDncList
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.lead_store import SqliteLeadStore
from adapters.sqlite.rows import Values, rows
from adapters.system.clock import SystemClock
from applications.dialler.answer_rates import AnswerRates
from applications.dialler.core_slots import CoreSlots
from applications.dialler.trunk_shares import TrunkShares
from applications.dialler.use_cases.dial_due_leads import DialDueLeads
from applications.dialler.use_cases.open_attempt import OpenAttempt
from domain.calls.call import Call
from domain.campaigns.campaign import Campaign, CampaignPlan, CampaignState
from domain.campaigns.gate import Compliance
from domain.campaigns.lead import Lead
from domain.campaigns.number_pool import CallerNumber, NumberPool
from domain.campaigns.pacing import PacingPlan
from domain.ids import DEFAULT_BRAND, BotId, CallId, CampaignId, LeadId, ServerId, TrunkId
from domain.phone.number import NumberKind, PhoneNumber
from domain.routing.trunk import CarrierKind, Trunk
from ports.messages.fleet import Grant

DIALLER: Final = "dialler-1"
SINCE: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
RATE_SECONDS: Final = 0.2
"""In which the trunk's rate lets two hundred calls through."""

TRUNK: Final = Trunk(
    id=TrunkId("trunk_1"),
    brand=DEFAULT_BRAND,
    name="Main",
    carrier=CarrierKind.SIMULATED,
    channels=10_000,
    calls_per_second=1_000,
)
CAMPAIGN: Final = Campaign(
    id=CampaignId("cmp_1"),
    brand=DEFAULT_BRAND,
    name="Large",
    bot_id=BotId("bot_1"),
    created_at=SINCE,
    state=CampaignState.RUNNING,
    bot_version=1,
    plan=CampaignPlan(
        pacing=PacingPlan(concurrency=1_000, calls_per_second=1_000, answer_rate=0.5),
        compliance=Compliance(),
        numbers=NumberPool(numbers=(CallerNumber(e164="+14155550199"), CallerNumber(e164="+12125550199"))),
    ),
)
LEAD: Final = Lead(
    id=LeadId("@lead"),
    brand=DEFAULT_BRAND,
    campaign_id=CAMPAIGN.id,
    phone=PhoneNumber(e164="@phone", region="US", kind=NumberKind.FIXED_OR_MOBILE, zones=("America/Los_Angeles",)),
    created_at=SINCE,
    due_at=SINCE,
    external_id="x-1",
    variables={"first_name": "Anna", "last_name": "Smith", "city": "Springfield"},
)
FILL: Final = """
WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :count),
leads_of (id, phone) AS (
    SELECT printf('lead_%07d', n), '+1415' || (2000000 + (n * 20240) % 7999993) FROM numbers)
INSERT INTO leads (id, brand, version, campaign_id, phone, state, priority, claim_at, doc)
SELECT id, :brand, 0, :campaign, phone, 'waiting', 0, :at, replace(replace(:doc, '@lead', id), '@phone', phone)
FROM leads_of"""
"""Phones stand in no order, as in life, and each once: 20,240 and 7,999,993 have no divisor in common."""

AS_NEW: Final = """
UPDATE leads SET state = 'waiting', version = 0, claim_at = :at,
    doc = replace(replace(:doc, '@lead', id), '@phone', phone)
WHERE brand = :brand AND campaign_id = :campaign AND state IN ('leased', 'dialling')"""
RINGING_ENDS: Final = "UPDATE campaign_calls SET state = 'settled', lease_until = NULL WHERE lease_until IS NOT NULL"


@dataclass(slots=True, kw_only=True)
class Desk:
    """One Dialler at one file. `placed` are the calls that would ring now."""

    file: SqliteFile
    leads: SqliteLeadStore
    attempts: SqliteAttemptLedger
    calls: SqliteCallStore
    dial: DialDueLeads
    trunks: TrunkShares
    placed: list[CallId]

    async def calls_end(self) -> None:
        """All that ring, at once; and the trunk's rate has room again."""
        for call_id in self.placed:
            self.trunks.give_back(call_id)
        self.placed.clear()
        await _write(self.file, RINGING_ENDS)
        await self.trunks.refresh([TRUNK])
        await asyncio.sleep(RATE_SECONDS)


async def fill(path: Path, count: int) -> None:
    """A new file whose campaign has so many leads, all of them due."""
    file = SqliteFile(path)
    await file.open()
    await _write(file, FILL, {"count": count, **_values()})
    await _write(file, "ANALYZE")
    await file.aclose()


@asynccontextmanager
async def desk_at(path: Path) -> AsyncIterator[Desk]:
    """In the end, all leads are as they were before."""
    file = SqliteFile(path)
    await file.open()
    desk = _desk(file)
    await desk.dial.slots.refresh(4_000)
    await desk.calls_end()
    yield desk
    for sql in ("DELETE FROM campaign_calls", "DELETE FROM calls"):
        await _write(file, sql)
    await _write(file, AS_NEW, _values())
    await file.aclose()


def _desk(file: SqliteFile) -> Desk:
    clock, placed = SystemClock(), list[CallId]()
    fleet = MemoryFleetDesk(clock, cores=[Grant(server_id=ServerId("core-1"), url="http://core", slots=5_000)])
    trunks = TrunkShares(SqliteAllotments(file, clock), clock, DIALLER)
    leads, attempts, calls = SqliteLeadStore(file), SqliteAttemptLedger(file), SqliteCallStore(file)

    def ring(_: Any, call: Call, __: Any) -> Coroutine[Any, Any, None]:
        placed.append(call.id)
        return asyncio.sleep(0)

    open_attempt = OpenAttempt(
        leads=leads,
        attempts=attempts,
        calls=calls,
        trunks=trunks,
        run_attempt=ring,  # type: ignore[arg-type]  # what a call then does is not measured
        clock=clock,
        dialler=DIALLER,
        start=lambda coroutine: coroutine.close(),
    )
    dial = DialDueLeads(
        campaigns=SqliteCampaignStore(file),
        leads=leads,
        attempts=attempts,
        dnc=SqliteDncList(file),
        slots=CoreSlots(fleet, DIALLER),
        trunks=trunks,
        rates=AnswerRates(),
        open_attempt=open_attempt,
        clock=clock,
        dialler=DIALLER,
    )
    return Desk(file=file, leads=leads, attempts=attempts, calls=calls, dial=dial, trunks=trunks, placed=placed)


async def _write(file: SqliteFile, sql: str, values: Values = ()) -> None:
    await file.write(lambda connection: rows(connection, sql, values))


def _values() -> dict[str, str | int | float | None]:
    return {"brand": LEAD.brand, "campaign": CAMPAIGN.id, "at": micros(SINCE), "doc": encode(LEAD).decode()}

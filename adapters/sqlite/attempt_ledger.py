"""Attempts, in the table that operators know as `campaign_calls`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from adapters.codec.instants import micros
from adapters.sqlite import attempt_counts
from adapters.sqlite.documents import Documents
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.rows import SqlValue, rows
from adapters.sqlite.table import Table
from domain.calls.outcome import NOT_AN_ATTEMPT
from domain.campaigns.attempt import LEASED, Attempt
from domain.ids import AttemptId, BrandId, CallId, CampaignId
from ports.attempt_ledger import AttemptFilter, AttemptLedger, InFlight
from ports.paging import Page

TABLE: Final = Table[Attempt](
    Attempt,
    "campaign_calls",
    {
        "campaign_id": lambda one: one.campaign_id,
        "lead_id": lambda one: one.lead_id,
        "call_id": lambda one: one.call_id,
        "phone": lambda one: one.phone,
        "caller_number": lambda one: one.caller_number,
        "state": lambda one: one.state.value,
        "outcome": lambda one: one.outcome,
        "verdict": lambda one: one.verdict,
        "opened_at": lambda one: micros(one.opened_at),
        "ended_at": lambda one: micros(one.ended_at or one.opened_at),
        "lease_until": lambda one: micros(one.lease.until) if one.state in LEASED else None,
        "counts": lambda one: int(one.outcome not in NOT_AN_ATTEMPT),
    },
)
CLAIM: Final = """
UPDATE campaign_calls SET version = version + 1, lease_until = :lease_until, doc = json_set(doc,
    '$.version', version + 1,
    '$.lease', json_object('holder', :holder, 'until', :until, 'fence', json_extract(doc, '$.lease.fence') + 1))
WHERE id IN (SELECT id FROM campaign_calls WHERE lease_until <= :at ORDER BY lease_until, id LIMIT :limit)
RETURNING doc"""


class SqliteAttemptLedger(AttemptLedger):
    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._attempts = Documents(file, TABLE)

    async def open(self, attempt: Attempt) -> Attempt:
        return await self._attempts.add(attempt)

    async def get(self, brand: BrandId, attempt_id: AttemptId) -> Attempt:
        return await self._attempts.get(brand, attempt_id)

    async def of_call(self, brand: BrandId, call_id: CallId) -> Attempt:
        return await self._attempts.one("call_id = ? AND brand = ?", call_id, brand)

    async def save(self, attempt: Attempt) -> Attempt:
        return await self._attempts.save(attempt)

    async def claim_abandoned(self, *, holder: str, at: datetime, until: datetime, limit: int) -> Sequence[Attempt]:
        values: dict[str, SqlValue] = {
            "at": micros(at),
            "lease_until": micros(until),
            "holder": holder,
            "until": until.isoformat(),
            "limit": limit,
        }

        claimed = await self._file.write(lambda connection: rows(connection, CLAIM, values))
        return [TABLE.read(text) for (text,) in claimed]

    async def unsettled(self, *, limit: int) -> Sequence[Attempt]:
        return await self._attempts.select("state = 'ended' ORDER BY ended_at, id LIMIT ?", limit)

    async def in_flight(self, brand: BrandId, campaign_id: CampaignId) -> InFlight:
        return await self._file.read(lambda connection: attempt_counts.in_flight(connection, brand, campaign_id))

    async def tried_since(self, brand: BrandId, phones: Sequence[str], since: datetime | None) -> Mapping[str, int]:
        return await self._file.read(lambda connection: attempt_counts.tried(connection, brand, phones, since))

    async def shown_since(self, brand: BrandId, since: datetime) -> Mapping[str, int]:
        return await self._file.read(lambda connection: attempt_counts.shown(connection, brand, since))

    async def funnel(self, brand: BrandId, campaign_id: CampaignId) -> Mapping[str, int]:
        return await self._file.read(lambda connection: attempt_counts.funnel(connection, brand, campaign_id))

    async def page(
        self, brand: BrandId, campaign_id: CampaignId, *, where: AttemptFilter, after: str | None, limit: int
    ) -> Page[Attempt]:
        terms = [
            ("brand = ?", brand),
            ("campaign_id = ?", campaign_id),
            ("lead_id = ?", where.lead_id),
            ("+state = ?", where.state),
            ("+outcome = ?", where.outcome),
            ("+verdict = ?", where.verdict),
        ]
        return await self._attempts.newest(terms, after=after, limit=limit, number="opened_at")

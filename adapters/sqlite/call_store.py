"""Calls with their results and unrelayed events, in SQLite."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import apsw

from adapters.codec.instants import micros
from adapters.sqlite.documents import Documents
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.rows import rows
from adapters.sqlite.table import Table
from domain.calls.call import Call
from domain.ids import BrandId, CallId, CampaignId, ServerId
from ports.call_store import CallFilter, CallStore
from ports.paging import Page

TABLE: Final = Table[Call](
    Call,
    "calls",
    {
        "state": lambda call: call.state.value,
        "direction": lambda call: call.direction.value,
        "outcome": lambda call: call.result.outcome if call.result else None,
        "campaign_id": lambda call: call.origin.campaign_id,
        "bot_id": lambda call: call.bot_id,
        "phone": lambda call: call.phone,
        "server_id": lambda call: call.server_id,
        "created_at": lambda call: micros(call.created_at),
        "event_at": lambda call: micros(call.events[0].at) if call.events else None,
    },
)
PLANNED: Final = "state = 'planned' AND created_at < ? ORDER BY created_at, id LIMIT ?"
COUNTS: Final = "SELECT state, outcome, count(*) FROM calls WHERE brand = ? GROUP BY state, outcome"
COUNTS_OF_CAMPAIGN: Final = """
SELECT state, outcome, count(*) FROM calls WHERE brand = ? AND campaign_id = ? GROUP BY state, outcome"""


class SqliteCallStore(CallStore):
    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._calls = Documents(file, TABLE)

    async def add(self, call: Call) -> Call:
        return await self._calls.add(call)

    async def get(self, brand: BrandId, call_id: CallId) -> Call:
        return await self._calls.get(brand, call_id)

    async def find(self, call_id: CallId) -> Call:
        return await self._calls.one("id = ?", call_id)

    async def save(self, call: Call) -> Call:
        return await self._calls.save(call)

    async def unrelayed(self, *, limit: int) -> Sequence[Call]:
        return await self._calls.select("event_at IS NOT NULL ORDER BY event_at, id LIMIT ?", limit)

    async def live_on(self, server_id: ServerId) -> Sequence[Call]:
        return await self._calls.select("state = 'live' AND server_id = ? ORDER BY created_at, id", server_id)

    async def planned_before(self, at: datetime, *, limit: int) -> Sequence[Call]:
        return await self._calls.select(PLANNED, micros(at), limit)

    async def counts(self, brand: BrandId, *, campaign_id: CampaignId | None) -> Mapping[str, int]:
        sql, values = (COUNTS, (brand,)) if campaign_id is None else (COUNTS_OF_CAMPAIGN, (brand, campaign_id))

        def count(connection: apsw.Connection) -> Mapping[str, int]:
            counts: Counter[str] = Counter()
            for state, outcome, found in rows(connection, sql, values):
                counts[f"state.{state}"] += found
                if outcome is not None:
                    counts[f"outcome.{outcome}"] += found
            return counts

        return await self._file.read(count)

    async def page(self, brand: BrandId, *, where: CallFilter, after: str | None, limit: int) -> Page[Call]:
        terms = [
            ("brand = ?", brand),
            ("campaign_id = ?", where.campaign_id),
            ("phone = ?", where.phone),
            ("created_at >= ?", micros(where.since) if where.since else None),
            ("created_at < ?", micros(where.until) if where.until else None),
            ("+state = ?", where.state),
            ("+direction = ?", where.direction),
            ("+outcome = ?", where.outcome),
            ("+bot_id = ?", where.bot_id),
        ]
        return await self._calls.newest(terms, after=after, limit=limit)

"""Leads, in SQLite."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import apsw

from adapters.codec.instants import micros
from adapters.sqlite.documents import Documents
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.lead_claims import Due
from adapters.sqlite.rows import SqlValue, tally, value
from adapters.sqlite.table import Table
from domain.campaigns.lead import Lead
from domain.ids import BrandId, CampaignId, LeadId
from ports.lead_store import Added, LeadFilter, LeadStore
from ports.paging import Page

TABLE: Final = Table[Lead](
    Lead,
    "leads",
    {
        "campaign_id": lambda lead: lead.campaign_id,
        "phone": lambda lead: lead.phone.e164,
        "state": lambda lead: lead.state.value,
        "end_reason": lambda lead: lead.end,
        "priority": lambda lead: lead.priority,
        "claim_at": lambda lead: micros(lead.claimable_from) if lead.claimable_from else None,
    },
)
PHONES: Final = "SELECT json_group_object(id, phone) FROM leads WHERE id IN (SELECT value FROM json_each(?))"
STATES: Final = "SELECT state, count(*) FROM leads WHERE brand = ? AND campaign_id = ? GROUP BY state"
WAITING: Final = """
brand = ? AND campaign_id = ? AND claim_at IS NOT NULL ORDER BY priority DESC, claim_at, id LIMIT ?"""
ENDS: Final = """
SELECT 'done.' || end_reason, count(*) FROM leads
WHERE brand = ? AND campaign_id = ? AND end_reason IS NOT NULL GROUP BY end_reason"""


class SqliteLeadStore(LeadStore):
    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._leads = Documents(file, TABLE)

    async def add(self, leads: Sequence[Lead]) -> Sequence[Added]:
        rows = [TABLE.row(lead) for lead in leads]
        return await self._file.write(lambda connection: _add(connection, leads, rows))

    async def get(self, brand: BrandId, lead_id: LeadId) -> Lead:
        return await self._leads.get(brand, lead_id)

    async def save(self, lead: Lead) -> Lead:
        return await self._leads.save(lead)

    async def claim_due(
        self, brand: BrandId, campaign_id: CampaignId, *, holder: str, at: datetime, until: datetime, limit: int
    ) -> Sequence[Lead]:
        due = Due(brand=brand, campaign_id=campaign_id, at=at)
        claimed = await self._file.write(lambda connection: due.claim(connection, holder, until, limit))
        return [TABLE.read(text) for text in claimed]

    async def due(self, brand: BrandId, campaign_id: CampaignId, *, at: datetime, limit: int) -> int:
        due = Due(brand=brand, campaign_id=campaign_id, at=at)
        return await self._file.read(lambda connection: len(due.ids(connection, limit)))

    async def counts(self, brand: BrandId, campaign_id: CampaignId) -> Mapping[str, int]:
        of = (brand, campaign_id)
        return await self._file.read(lambda connection: tally(connection, STATES, of) | tally(connection, ENDS, of))

    async def waiting(self, brand: BrandId, campaign_id: CampaignId, *, limit: int) -> Sequence[Lead]:
        return await self._leads.select(WAITING, brand, campaign_id, limit)

    async def page(
        self, brand: BrandId, campaign_id: CampaignId, *, where: LeadFilter, after: str | None, limit: int
    ) -> Page[Lead]:
        terms = [
            ("brand = ?", brand),
            ("campaign_id = ?", campaign_id),
            ("state = ?", where.state),
            ("end_reason = ?", where.end),
            ("phone = ?", where.phone),
        ]
        return await self._leads.by_id(terms, after=after, limit=limit)


def _add(connection: apsw.Connection, leads: Sequence[Lead], rows: Sequence[tuple[SqlValue, ...]]) -> list[Added]:
    """As if one after the other; `rows` are those of the leads."""
    ids = json.dumps([lead.id for lead in leads])
    known = set(_phones(connection, ids))
    if TABLE.insert_new(connection, rows) == len(rows):
        return [Added.ADDED] * len(rows)
    stored = _phones(connection, ids)
    answers = []
    for lead in leads:
        if lead.id in known:
            answers.append(Added.KNOWN)
        elif stored.get(lead.id) == lead.phone.e164:
            answers.append(Added.ADDED)
            known.add(lead.id)
        else:
            answers.append(Added.DUPLICATE)
    return answers


def _phones(connection: apsw.Connection, ids: str) -> dict[str, str]:
    """By lead, of those that are stored."""
    found: dict[str, str] = json.loads(value(connection, PHONES, (ids,)))
    return found

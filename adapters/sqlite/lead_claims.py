"""How leads that are due are found and leased, one range of one index for each priority."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import apsw

from adapters.codec.instants import micros
from adapters.sqlite.rows import SqlValue, rows, value
from domain.ids import BrandId, CampaignId

HIGHEST: Final = 2**63 - 1
NEXT_PRIORITY: Final = """
SELECT priority FROM leads WHERE brand = ? AND campaign_id = ? AND claim_at IS NOT NULL AND priority {below} ?
ORDER BY priority DESC LIMIT 1"""
DUE: Final = """
SELECT id FROM leads WHERE brand = ? AND campaign_id = ? AND priority = ? AND claim_at <= ?
ORDER BY claim_at, id LIMIT ?"""
CLAIM: Final = """
UPDATE leads SET state = 'leased', version = version + 1, claim_at = :claim_at, doc = json_set(doc,
    '$.state', 'leased', '$.version', version + 1,
    '$.lease', json_object('holder', :holder, 'until', :until,
                           'fence', coalesce(json_extract(doc, '$.lease.fence'), 0) + 1))
WHERE id IN (SELECT value FROM json_each(:ids)) RETURNING id, doc"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The leads of one campaign that are claimable at `at`."""

    brand: BrandId
    campaign_id: CampaignId
    at: datetime

    def ids(self, connection: apsw.Connection, limit: int) -> list[str]:
        """Highest priority first, then the longest claimable, then by id."""
        found: list[str] = []
        for priority in self._priorities(connection):
            values = (self.brand, self.campaign_id, priority, micros(self.at), limit - len(found))
            found.extend(lead_id for (lead_id,) in rows(connection, DUE, values))
            if len(found) >= limit:
                break
        return found

    def claim(self, connection: apsw.Connection, holder: str, until: datetime, limit: int) -> list[str]:
        """Documents of the leads, leased, in the order of `ids`."""
        ids = self.ids(connection, limit)
        values: dict[str, SqlValue] = {
            "ids": json.dumps(ids),
            "holder": holder,
            "claim_at": micros(until),
            "until": until.isoformat(),
        }
        claimed: dict[str, str] = dict(rows(connection, CLAIM, values))
        return [claimed[lead_id] for lead_id in ids]

    def _priorities(self, connection: apsw.Connection) -> Iterator[int]:
        """From the highest down, without looking at what lies between."""
        priority, below = HIGHEST, "<="
        while True:
            sql = NEXT_PRIORITY.format(below=below)
            found = value(connection, sql, (self.brand, self.campaign_id, priority))
            if found is None:
                return
            priority, below = int(found), "<"
            yield priority

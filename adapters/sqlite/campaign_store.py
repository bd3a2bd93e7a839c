"""Campaigns and their pulses, in SQLite."""

import json
from collections.abc import Sequence
from typing import Final

from adapters.codec.documents import decode, encode
from adapters.codec.instants import micros
from adapters.sqlite.documents import Documents
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.rows import changed, value
from adapters.sqlite.table import Table
from domain.campaigns.campaign import Campaign, CampaignState
from domain.campaigns.pulse import Pulse
from domain.ids import BrandId, CampaignId
from ports.campaign_store import CampaignStore
from ports.paging import Page

TABLE: Final = Table[Campaign](
    Campaign,
    "campaigns",
    {"state": lambda campaign: campaign.state.value, "created_at": lambda campaign: micros(campaign.created_at)},
)
IN_STATES: Final = "state IN (SELECT value FROM json_each(?)) ORDER BY created_at, id"
PUT_PULSE: Final = "INSERT OR REPLACE INTO pulses (campaign_id, doc) VALUES (?, ?)"
GET_PULSE: Final = "SELECT doc FROM pulses WHERE campaign_id = ?"


class SqliteCampaignStore(CampaignStore):
    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._campaigns = Documents(file, TABLE)

    async def add(self, campaign: Campaign) -> Campaign:
        return await self._campaigns.add(campaign)

    async def get(self, brand: BrandId, campaign_id: CampaignId) -> Campaign:
        return await self._campaigns.get(brand, campaign_id)

    async def save(self, campaign: Campaign) -> Campaign:
        return await self._campaigns.save(campaign)

    async def page(
        self, brand: BrandId, *, state: CampaignState | None, after: str | None, limit: int
    ) -> Page[Campaign]:
        return await self._campaigns.newest([("brand = ?", brand), ("+state = ?", state)], after=after, limit=limit)

    async def in_states(self, states: frozenset[CampaignState]) -> Sequence[Campaign]:
        return await self._campaigns.select(IN_STATES, json.dumps(sorted(states)))

    async def put_pulse(self, pulse: Pulse) -> None:
        row = (pulse.campaign_id, encode(pulse).decode())

        await self._file.write(lambda connection: changed(connection, PUT_PULSE, row))

    async def pulse(self, campaign_id: CampaignId) -> Pulse | None:
        text = await self._file.read(lambda connection: value(connection, GET_PULSE, (campaign_id,)))
        return None if text is None else decode(text, Pulse)

"""The progress of lead imports, in SQLite."""

from collections.abc import Sequence
from typing import Final

from adapters.codec.instants import micros
from adapters.sqlite.documents import Documents
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.table import Table
from domain.campaigns.lead_import import LeadImport
from domain.ids import BrandId, CampaignId, ImportId
from ports.import_store import ImportStore
from ports.paging import Page

TABLE: Final = Table[LeadImport](
    LeadImport,
    "imports",
    {
        "campaign_id": lambda one: one.campaign_id,
        "state": lambda one: one.state.value,
        "created_at": lambda one: micros(one.created_at),
    },
)
UNFINISHED: Final = "state IN ('queued', 'running') ORDER BY created_at, id"


class SqliteImportStore(ImportStore):
    def __init__(self, file: SqliteFile) -> None:
        self._imports = Documents(file, TABLE)

    async def add(self, lead_import: LeadImport) -> LeadImport:
        return await self._imports.add(lead_import)

    async def get(self, brand: BrandId, import_id: ImportId) -> LeadImport:
        return await self._imports.get(brand, import_id)

    async def save(self, lead_import: LeadImport) -> LeadImport:
        return await self._imports.save(lead_import)

    async def unfinished(self) -> Sequence[LeadImport]:
        return await self._imports.select(UNFINISHED)

    async def page(self, brand: BrandId, campaign_id: CampaignId, *, after: str | None, limit: int) -> Page[LeadImport]:
        terms = [("brand = ?", brand), ("campaign_id = ?", campaign_id)]
        return await self._imports.newest(terms, after=after, limit=limit)

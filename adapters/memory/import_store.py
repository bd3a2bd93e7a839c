"""The progress of lead imports, in memory."""

from collections.abc import Sequence

from adapters.codec.instants import micros
from adapters.memory.documents import Documents, everything
from adapters.memory.indexes import Sorted
from domain.campaigns.lead_import import ImportState, LeadImport
from domain.ids import BrandId, CampaignId, ImportId
from ports.import_store import ImportStore
from ports.paging import Page


class MemoryImportStore(ImportStore):
    def __init__(self) -> None:
        self._by_age = Sorted[LeadImport](lambda one: ((one.brand, one.campaign_id), (micros(one.created_at), one.id)))
        self._unfinished = Sorted[LeadImport](
            lambda one: (
                (None, (micros(one.created_at), one.id))
                if one.state in {ImportState.QUEUED, ImportState.RUNNING}
                else None
            )
        )
        self._imports = Documents[LeadImport](self._by_age, self._unfinished)

    async def add(self, lead_import: LeadImport) -> LeadImport:
        return self._imports.add(lead_import)

    async def get(self, brand: BrandId, import_id: ImportId) -> LeadImport:
        return self._imports.get(brand, import_id)

    async def save(self, lead_import: LeadImport) -> LeadImport:
        return self._imports.save(lead_import)

    async def unfinished(self) -> Sequence[LeadImport]:
        return self._imports.all(self._unfinished.keys(None))

    async def page(self, brand: BrandId, campaign_id: CampaignId, *, after: str | None, limit: int) -> Page[LeadImport]:
        return self._imports.newest(self._by_age, (brand, campaign_id), everything, after=after, limit=limit)

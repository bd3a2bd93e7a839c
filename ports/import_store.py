"""Where the progress of lead imports is kept."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.campaigns.lead_import import LeadImport
from domain.ids import BrandId, CampaignId, ImportId
from ports.paging import Page


class ImportStore(Protocol):
    """Imports are kept for as long as their campaign."""

    @abstractmethod
    async def add(self, lead_import: LeadImport) -> LeadImport:
        """Raises Stale when the id is taken."""

    @abstractmethod
    async def get(self, brand: BrandId, import_id: ImportId) -> LeadImport:
        """Raises NotFound."""

    @abstractmethod
    async def save(self, lead_import: LeadImport) -> LeadImport:
        """Stored with its next version. Raises Stale when another write came first."""

    @abstractmethod
    async def unfinished(self) -> Sequence[LeadImport]:
        """Queued and running ones of all brands, oldest first."""

    @abstractmethod
    async def page(self, brand: BrandId, campaign_id: CampaignId, *, after: str | None, limit: int) -> Page[LeadImport]:
        """Newest first."""

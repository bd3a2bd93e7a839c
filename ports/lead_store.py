"""Where leads are kept, and how a Dialler takes those that are due."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.campaigns.lead import Lead, LeadState
from domain.ids import BrandId, CampaignId, LeadId
from ports.paging import Page


class Added(StrEnum):
    ADDED = "added"
    KNOWN = "known"  # this very lead was there already: the same id
    DUPLICATE = "duplicate"  # another lead of the campaign has the number


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFilter:
    """`end` is a final outcome, or a reason why the lead was never tried."""

    state: LeadState | None = None
    end: str | None = None
    phone: str | None = None


class LeadStore(Protocol):
    """A number is in a campaign once."""

    @abstractmethod
    async def add(self, leads: Sequence[Lead]) -> Sequence[Added]:
        """One answer a lead, in order. All are of one campaign; a batch is one write, and durable when this returns."""

    @abstractmethod
    async def get(self, brand: BrandId, lead_id: LeadId) -> Lead:
        """Raises NotFound."""

    @abstractmethod
    async def save(self, lead: Lead) -> Lead:
        """Stored with its next version. Raises Stale when another write came first."""

    @abstractmethod
    async def claim_due(
        self, brand: BrandId, campaign_id: CampaignId, *, holder: str, at: datetime, until: datetime, limit: int
    ) -> Sequence[Lead]:
        """At most `limit` leads that are claimable at `at`, now leased to `holder` until `until`.

        Highest priority first, then the longest claimable, then by id. No lead is ever given to two holders while its
        lease runs; one whose lease ran out comes back once, with a higher fence.
        """

    @abstractmethod
    async def due(self, brand: BrandId, campaign_id: CampaignId, *, at: datetime, limit: int) -> int:
        """How many are claimable at `at`; counting stops at `limit`, so that it costs the same for any campaign."""

    @abstractmethod
    async def counts(self, brand: BrandId, campaign_id: CampaignId) -> Mapping[str, int]:
        """Leads by state, and those that are done by their end: keys such as `waiting` and `done.dnc`. No zeros."""

    @abstractmethod
    async def waiting(self, brand: BrandId, campaign_id: CampaignId, *, limit: int) -> Sequence[Lead]:
        """At most `limit` leads that are waiting or leased, whenever they are due: to end them with the campaign."""

    @abstractmethod
    async def page(
        self, brand: BrandId, campaign_id: CampaignId, *, where: LeadFilter, after: str | None, limit: int
    ) -> Page[Lead]:
        """By id."""

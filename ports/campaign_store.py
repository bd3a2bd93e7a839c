"""Where campaigns are kept, and beside each the pulse of its pacing."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.campaigns.campaign import Campaign, CampaignState
from domain.campaigns.pulse import Pulse
from domain.ids import BrandId, CampaignId
from ports.paging import Page


class CampaignStore(Protocol):
    """A pulse is no part of the campaign's document: it is overwritten without a version."""

    @abstractmethod
    async def add(self, campaign: Campaign) -> Campaign:
        """Raises Stale when the id is taken."""

    @abstractmethod
    async def get(self, brand: BrandId, campaign_id: CampaignId) -> Campaign:
        """Raises NotFound."""

    @abstractmethod
    async def save(self, campaign: Campaign) -> Campaign:
        """Stored with its next version. Raises Stale when another write came first."""

    @abstractmethod
    async def page(
        self, brand: BrandId, *, state: CampaignState | None, after: str | None, limit: int
    ) -> Page[Campaign]:
        """Newest first."""

    @abstractmethod
    async def in_states(self, states: frozenset[CampaignState]) -> Sequence[Campaign]:
        """All campaigns of all brands in one of the states, oldest first: the Dialler's work list."""

    @abstractmethod
    async def put_pulse(self, pulse: Pulse) -> None:
        """The last one written stands."""

    @abstractmethod
    async def pulse(self, campaign_id: CampaignId) -> Pulse | None: ...

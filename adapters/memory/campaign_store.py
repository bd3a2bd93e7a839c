"""Campaigns and their pulses, in memory."""

from collections.abc import Sequence

from adapters.codec.instants import micros
from adapters.memory.documents import Documents
from adapters.memory.indexes import Sorted
from domain.campaigns.campaign import Campaign, CampaignState
from domain.campaigns.pulse import Pulse
from domain.ids import BrandId, CampaignId
from ports.campaign_store import CampaignStore
from ports.paging import Page


class MemoryCampaignStore(CampaignStore):
    def __init__(self) -> None:
        self._by_age = Sorted[Campaign](lambda campaign: (campaign.brand, (micros(campaign.created_at), campaign.id)))
        self._by_state = Sorted[Campaign](lambda campaign: (campaign.state, (micros(campaign.created_at), campaign.id)))
        self._campaigns = Documents[Campaign](self._by_age, self._by_state)
        self._pulses: dict[CampaignId, Pulse] = {}

    async def add(self, campaign: Campaign) -> Campaign:
        return self._campaigns.add(campaign)

    async def get(self, brand: BrandId, campaign_id: CampaignId) -> Campaign:
        return self._campaigns.get(brand, campaign_id)

    async def save(self, campaign: Campaign) -> Campaign:
        return self._campaigns.save(campaign)

    async def page(
        self, brand: BrandId, *, state: CampaignState | None, after: str | None, limit: int
    ) -> Page[Campaign]:
        return self._campaigns.newest(
            self._by_age, brand, lambda campaign: state in {None, campaign.state}, after=after, limit=limit
        )

    async def in_states(self, states: frozenset[CampaignState]) -> Sequence[Campaign]:
        return self._campaigns.all(sorted(key for state in states for key in self._by_state.keys(state)))

    async def put_pulse(self, pulse: Pulse) -> None:
        self._pulses[pulse.campaign_id] = pulse

    async def pulse(self, campaign_id: CampaignId) -> Pulse | None:
        return self._pulses.get(campaign_id)

"""Says how a campaign goes: its leads, its calls, what came of them, and what keeps it from dialling more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from domain.campaigns.campaign import Campaign, CampaignState
from domain.campaigns.pacing import Limit
from domain.campaigns.pulse import Pulse
from domain.ids import BrandId, CampaignId
from ports.attempt_ledger import AttemptLedger, InFlight
from ports.campaign_store import CampaignStore
from ports.clock import Clock
from ports.lead_store import LeadStore

PULSE_LASTS: Final = timedelta(seconds=5)
PACED: Final = frozenset({CampaignState.RUNNING, CampaignState.DRAINING})
ENDED: Final = frozenset({CampaignState.COMPLETED, CampaignState.ARCHIVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStanding:
    """A campaign and how far it is. `limit` is what binds now; `pulse` is what it was read from, while it is fresh."""

    campaign: Campaign
    leads: Mapping[str, int]
    in_flight: InFlight
    funnel: Mapping[str, int]
    limit: Limit
    pulse: Pulse | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCampaign:
    """Raises NotFound."""

    campaigns: CampaignStore
    leads: LeadStore
    attempts: AttemptLedger
    clock: Clock

    async def __call__(self, brand: BrandId, campaign_id: CampaignId) -> CampaignStanding:
        campaign = await self.campaigns.get(brand, campaign_id)
        pulse = self._fresh(await self.campaigns.pulse(campaign_id))
        return CampaignStanding(
            campaign=campaign,
            leads=await self.leads.counts(brand, campaign_id),
            in_flight=await self.attempts.in_flight(brand, campaign_id),
            funnel=await self.attempts.funnel(brand, campaign_id),
            limit=_limit(campaign, pulse),
            pulse=pulse,
        )

    def _fresh(self, pulse: Pulse | None) -> Pulse | None:
        return pulse if pulse and self.clock.now() - pulse.at <= PULSE_LASTS else None


def _limit(campaign: Campaign, pulse: Pulse | None) -> Limit:
    if campaign.state in ENDED:
        return Limit.ENDED
    if campaign.state not in PACED:
        return Limit.NOT_RUNNING
    return pulse.limit if pulse else Limit.NO_DIALLER

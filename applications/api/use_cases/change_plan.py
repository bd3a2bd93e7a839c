"""Changes a campaign's plan, also while it runs."""

from dataclasses import dataclass

from domain.campaigns.campaign import Campaign, CampaignPlan, CampaignState
from domain.errors import RuleBroken
from domain.ids import BrandId, CampaignId
from ports.campaign_store import CampaignStore
from ports.errors import Stale


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePlan:
    """Raises NotFound, InvalidValue with every fault, RuleBroken for an archived campaign, and Stale when `version`
    is given and the campaign is not at it any more."""

    campaigns: CampaignStore

    async def __call__(
        self, brand: BrandId, campaign_id: CampaignId, plan: CampaignPlan, *, version: int | None
    ) -> Campaign:
        campaign = await self.campaigns.get(brand, campaign_id)
        if campaign.state is CampaignState.ARCHIVED:
            raise RuleBroken("an archived campaign is not changed any more")
        if version not in {None, campaign.version}:
            raise Stale(f"campaign is at version {campaign.version}")
        return await self.campaigns.save(campaign.change(plan))

"""Starts the scheduled campaigns whose time has come."""

from dataclasses import dataclass

import structlog

from applications.api.use_cases.start_campaign import StartCampaign
from domain.campaigns.campaign import Campaign, CampaignState
from domain.errors import DomainError
from ports.campaign_store import CampaignStore
from ports.clock import Clock
from ports.errors import NotFound, Stale

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class StartDueCampaigns:
    """One that cannot start is paused, where an operator sees it, and will not be tried again."""

    campaigns: CampaignStore
    clock: Clock
    start_campaign: StartCampaign

    async def __call__(self) -> None:
        now = self.clock.now()
        for campaign in await self.campaigns.in_states(frozenset({CampaignState.SCHEDULED})):
            if campaign.plan.starts_at is not None and campaign.plan.starts_at <= now:
                await self._start(campaign)

    async def _start(self, campaign: Campaign) -> None:
        try:
            await self.start_campaign(campaign.brand, campaign.id)
            log.info("campaign_started", campaign_id=campaign.id)
        except Stale:
            return
        except (DomainError, NotFound) as error:
            log.warning("campaign_cannot_start", campaign_id=campaign.id, reason=str(error))
            await self.campaigns.save(campaign.pause())

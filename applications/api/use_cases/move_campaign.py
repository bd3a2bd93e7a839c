"""Moves a campaign along its life, all but starting it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from applications.api.rewrite import rewrite
from domain.campaigns.campaign import Campaign
from domain.ids import BrandId, CampaignId
from ports.campaign_store import CampaignStore
from ports.clock import Clock


class CampaignMove(StrEnum):
    """What an operator may tell a campaign to do."""

    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    PAUSE = "pause"
    DRAIN = "drain"
    COMPLETE = "complete"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCampaign:
    """Raises NotFound, IllegalMove, and InvalidValue for a schedule without a start ahead."""

    campaigns: CampaignStore
    clock: Clock

    async def __call__(self, brand: BrandId, campaign_id: CampaignId, move: CampaignMove) -> Campaign:
        now = self.clock.now()
        return await rewrite(
            lambda: self.campaigns.get(brand, campaign_id),
            lambda campaign: moved(campaign, move, at=now),
            self.campaigns.save,
        )


def moved(campaign: Campaign, move: CampaignMove, *, at: datetime) -> Campaign:
    match move:
        case CampaignMove.SCHEDULE:
            return campaign.schedule(at=at)
        case CampaignMove.UNSCHEDULE:
            return campaign.unschedule()
        case CampaignMove.PAUSE:
            return campaign.pause()
        case CampaignMove.DRAIN:
            return campaign.drain()
        case CampaignMove.COMPLETE:
            return campaign.complete(at=at)
        case CampaignMove.ARCHIVE:
            return campaign.archive()

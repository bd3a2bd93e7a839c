"""Sets a campaign running, and pins the version of the bot that will talk."""

from dataclasses import dataclass

from applications.api.rewrite import rewrite
from domain.bots.bot import BotState
from domain.campaigns.campaign import Campaign, CampaignState
from domain.errors import RuleBroken
from domain.ids import BrandId, CampaignId
from ports.bot_store import BotStore
from ports.campaign_store import CampaignStore
from ports.clock import Clock

RESUMED = frozenset({CampaignState.PAUSED, CampaignState.DRAINING})


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCampaign:
    """Raises NotFound, IllegalMove, InvalidValue for a plan that cannot run, and RuleBroken for a bot that is
    archived or has no such version.

    A campaign that was only held up goes on with its version, unless another one is asked for; any other start takes
    the newest.
    """

    campaigns: CampaignStore
    bots: BotStore
    clock: Clock

    async def __call__(self, brand: BrandId, campaign_id: CampaignId, bot_version: int | None = None) -> Campaign:
        campaign = await self.campaigns.get(brand, campaign_id)
        version = await self._version(campaign, bot_version)
        now = self.clock.now()
        return await rewrite(
            lambda: self.campaigns.get(brand, campaign_id),
            lambda current: current.start(version, at=now),
            self.campaigns.save,
        )

    async def _version(self, campaign: Campaign, wanted: int | None) -> int:
        bot = await self.bots.get(campaign.brand, campaign.bot_id)
        if bot.state is BotState.ARCHIVED:
            raise RuleBroken("the campaign's bot is archived")
        if wanted is None and campaign.state in RESUMED:
            wanted = campaign.bot_version
        return bot.published(wanted).number

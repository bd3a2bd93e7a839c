"""Makes a campaign, as a draft."""

from dataclasses import dataclass

from domain.campaigns.campaign import Campaign, CampaignPlan, check_plan
from domain.errors import Fault, InvalidValue
from domain.ids import BotId, BrandId, CampaignId
from ports.bot_store import BotStore
from ports.campaign_store import CampaignStore
from ports.clock import Clock
from ports.errors import NotFound
from ports.ids import Ids


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateCampaign:
    """Raises InvalidValue with every fault of the plan, and for a bot that there is not."""

    campaigns: CampaignStore
    bots: BotStore
    clock: Clock
    ids: Ids

    async def __call__(self, brand: BrandId, *, name: str, bot_id: BotId, plan: CampaignPlan) -> Campaign:
        await self._check(brand, bot_id, plan)
        campaign = Campaign(
            id=CampaignId(self.ids.new("cmp")),
            brand=brand,
            name=name,
            bot_id=bot_id,
            created_at=self.clock.now(),
            plan=plan,
        )
        return await self.campaigns.add(campaign)

    async def _check(self, brand: BrandId, bot_id: BotId, plan: CampaignPlan) -> None:
        faults: list[Fault] = []
        try:
            check_plan(plan)
        except InvalidValue as error:
            faults.extend(error.faults)
        try:
            await self.bots.get(brand, bot_id)
        except NotFound:
            faults.append(Fault(field="bot_id", reason="there is no such bot"))
        if faults:
            raise InvalidValue(*faults)

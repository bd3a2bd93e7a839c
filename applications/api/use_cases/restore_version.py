"""Makes a published version the draft again."""

from dataclasses import dataclass

from domain.bots.bot import Bot
from domain.ids import BotId, BrandId
from ports.bot_store import BotStore


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreVersion:
    """Raises NotFound, RuleBroken where there is no such version, Stale when somebody changed the bot meanwhile."""

    bots: BotStore

    async def __call__(self, brand: BrandId, bot_id: BotId, number: int) -> Bot:
        bot = await self.bots.get(brand, bot_id)
        return await self.bots.save(bot.restore(number))

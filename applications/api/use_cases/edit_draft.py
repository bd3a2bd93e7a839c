"""Replaces a bot's draft, unless somebody else has changed the bot since it was loaded."""

from dataclasses import dataclass, replace

from domain.bots.bot import Bot, BotSpec
from domain.ids import BotId, BrandId
from ports.bot_store import BotStore
from ports.errors import Stale


@dataclass(frozen=True, slots=True, kw_only=True)
class EditDraft:
    """Raises NotFound, and Stale when the bot is not at `version` any more."""

    bots: BotStore

    async def __call__(self, brand: BrandId, bot_id: BotId, *, version: int, draft: BotSpec, name: str | None) -> Bot:
        bot = await self.bots.get(brand, bot_id)
        if bot.version != version:
            raise Stale(f"bot is at version {bot.version}")
        return await self.bots.save(replace(bot.edit(draft), name=name or bot.name))

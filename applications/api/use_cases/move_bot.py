"""Puts a bot away, or takes it out again."""

from dataclasses import dataclass

from applications.api.rewrite import rewrite
from domain.bots.bot import Bot, BotState
from domain.ids import BotId, BrandId
from ports.bot_store import BotStore


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveBot:
    """Raises NotFound, and IllegalMove when it is there already."""

    bots: BotStore

    async def __call__(self, brand: BrandId, bot_id: BotId, to: BotState) -> Bot:
        return await rewrite(
            lambda: self.bots.get(brand, bot_id),
            lambda bot: bot.archive() if to is BotState.ARCHIVED else bot.unarchive(),
            self.bots.save,
        )

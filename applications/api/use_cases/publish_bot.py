"""Makes a bot's draft its next version, which calls will talk by."""

from dataclasses import dataclass

from domain.bots.bot import Bot, BotState
from domain.errors import RuleBroken
from domain.ids import BotId
from domain.people.user import User
from ports.bot_store import BotStore
from ports.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishBot:
    """Raises NotFound, InvalidValue with every fault of the draft, RuleBroken for an archived bot, Stale when somebody
    changed the bot meanwhile."""

    bots: BotStore
    clock: Clock

    async def __call__(self, by: User, bot_id: BotId) -> Bot:
        bot = await self.bots.get(by.brand, bot_id)
        if bot.state is BotState.ARCHIVED:
            raise RuleBroken("an archived bot is not published; unarchive it first")
        return await self.bots.save(bot.publish(by=by.id, at=self.clock.now()))

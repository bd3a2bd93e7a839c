"""Makes a bot; its draft may be as incomplete as one likes."""

from dataclasses import dataclass

from domain.bots.bot import Bot, BotSpec
from domain.ids import BotId, BrandId
from ports.bot_store import BotStore
from ports.clock import Clock
from ports.ids import Ids


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBot:
    bots: BotStore
    clock: Clock
    ids: Ids

    async def __call__(self, brand: BrandId, *, name: str, draft: BotSpec) -> Bot:
        bot = Bot(id=BotId(self.ids.new("bot")), brand=brand, name=name, created_at=self.clock.now(), draft=draft)
        return await self.bots.add(bot)

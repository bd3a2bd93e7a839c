"""Bots, in memory."""

from adapters.codec.instants import micros
from adapters.memory.documents import Documents
from adapters.memory.indexes import Sorted
from domain.bots.bot import Bot, BotState
from domain.ids import BotId, BrandId
from ports.bot_store import BotStore
from ports.paging import Page


class MemoryBotStore(BotStore):
    def __init__(self) -> None:
        self._by_age = Sorted[Bot](lambda bot: (bot.brand, (micros(bot.created_at), bot.id)))
        self._bots = Documents[Bot](self._by_age)

    async def add(self, bot: Bot) -> Bot:
        return self._bots.add(bot)

    async def get(self, brand: BrandId, bot_id: BotId) -> Bot:
        return self._bots.get(brand, bot_id)

    async def save(self, bot: Bot) -> Bot:
        return self._bots.save(bot)

    async def page(self, brand: BrandId, *, state: BotState | None, after: str | None, limit: int) -> Page[Bot]:
        return self._bots.newest(self._by_age, brand, lambda bot: state in {None, bot.state}, after=after, limit=limit)

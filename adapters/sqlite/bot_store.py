"""Bots, in SQLite."""

from typing import Final

from adapters.codec.instants import micros
from adapters.sqlite.documents import Documents
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.table import Table
from domain.bots.bot import Bot, BotState
from domain.ids import BotId, BrandId
from ports.bot_store import BotStore
from ports.paging import Page

TABLE: Final = Table[Bot](
    Bot, "bots", {"state": lambda bot: bot.state.value, "created_at": lambda bot: micros(bot.created_at)}
)


class SqliteBotStore(BotStore):
    def __init__(self, file: SqliteFile) -> None:
        self._bots = Documents(file, TABLE)

    async def add(self, bot: Bot) -> Bot:
        return await self._bots.add(bot)

    async def get(self, brand: BrandId, bot_id: BotId) -> Bot:
        return await self._bots.get(brand, bot_id)

    async def save(self, bot: Bot) -> Bot:
        return await self._bots.save(bot)

    async def page(self, brand: BrandId, *, state: BotState | None, after: str | None, limit: int) -> Page[Bot]:
        return await self._bots.newest([("brand = ?", brand), ("+state = ?", state)], after=after, limit=limit)

"""Where bots are kept, with their drafts and versions."""

from abc import abstractmethod
from typing import Protocol

from domain.bots.bot import Bot, BotState
from domain.ids import BotId, BrandId
from ports.paging import Page


class BotStore(Protocol):
    """Names need not be unique."""

    @abstractmethod
    async def add(self, bot: Bot) -> Bot:
        """Raises Stale when the id is taken."""

    @abstractmethod
    async def get(self, brand: BrandId, bot_id: BotId) -> Bot:
        """Raises NotFound."""

    @abstractmethod
    async def save(self, bot: Bot) -> Bot:
        """Stored with its next version. Raises Stale when another write came first."""

    @abstractmethod
    async def page(self, brand: BrandId, *, state: BotState | None, after: str | None, limit: int) -> Page[Bot]:
        """Newest first."""

"""Where calls are kept, each with its result and the events that are not relayed yet."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.calls.call import Call, CallState, Direction
from domain.calls.outcome import Outcome
from domain.ids import BotId, BrandId, CallId, CampaignId, ServerId
from ports.paging import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """All that is given must hold."""

    state: CallState | None = None
    direction: Direction | None = None
    outcome: Outcome | None = None
    campaign_id: CampaignId | None = None
    bot_id: BotId | None = None
    phone: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class CallStore(Protocol):
    """A call and its events are one document, and so one write."""

    @abstractmethod
    async def add(self, call: Call) -> Call:
        """Raises Stale when the id is taken."""

    @abstractmethod
    async def get(self, brand: BrandId, call_id: CallId) -> Call:
        """Raises NotFound."""

    @abstractmethod
    async def find(self, call_id: CallId) -> Call:
        """A call of any brand, for those who know nothing but its id: a Core, a carrier. Raises NotFound."""

    @abstractmethod
    async def save(self, call: Call) -> Call:
        """Stored with its next version, events included. Raises Stale when another write came first."""

    @abstractmethod
    async def unrelayed(self, *, limit: int) -> Sequence[Call]:
        """Calls that carry events, longest waiting first."""

    @abstractmethod
    async def live_on(self, server_id: ServerId) -> Sequence[Call]:
        """Live calls of all brands that this Core is in."""

    @abstractmethod
    async def planned_before(self, at: datetime, *, limit: int) -> Sequence[Call]:
        """Calls of all brands planned before `at` that never came to live or end, oldest first."""

    @abstractmethod
    async def counts(self, brand: BrandId, *, campaign_id: CampaignId | None) -> Mapping[str, int]:
        """Calls by state and outcome: keys such as `state.live` and `outcome.completed`. No zeros."""

    @abstractmethod
    async def page(self, brand: BrandId, *, where: CallFilter, after: str | None, limit: int) -> Page[Call]:
        """Newest first."""

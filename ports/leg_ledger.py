"""Which phone legs were placed and what became of them, where the media server itself forgets those that are over."""

from abc import abstractmethod
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from domain.calls.room import CALLEE
from domain.ids import BrandId, CallId
from ports.telephony import LegEvent, LegKind

REMEMBERED: Final = timedelta(hours=24)
"""How long a leg can be asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegStory:
    """A leg that is placed, or about to be, from `opened_at` on: the party of a room. Times are aware."""

    call_id: CallId
    brand: BrandId
    room: str
    opened_at: datetime
    party: str = CALLEE
    events: tuple[LegEvent, ...] = ()

    def of(self, kind: LegKind) -> LegEvent | None:
        return next((event for event in self.events if event.kind is kind), None)

    @property
    def end(self) -> LegEvent | None:
        return self.of(LegKind.ENDED)

    def noting(self, event: LegEvent) -> "LegStory":
        """With that event, unless there is one of its kind, or the end."""
        known = self.end is not None or self.of(event.kind) is not None
        return self if known else replace(self, events=(*self.events, event))


class LegLedger(Protocol):
    """Asks for one-document writes alone. What was opened a day ago may be forgotten."""

    @abstractmethod
    async def open(self, story: LegStory) -> None:
        """On record when it returns, and seen by whoever asks from then on. Raises Stale when there is one of that
        call, whoever opened it."""

    @abstractmethod
    async def note(self, call_id: CallId, event: LegEvent) -> LegStory:
        """The story with that event: of two writers the first is kept, and nothing follows an end. Raises NotFound."""

    @abstractmethod
    async def withdraw(self, call_id: CallId) -> None:
        """It was not placed after all, and nobody ever knew of it. Nothing when there is none."""

    @abstractmethod
    async def find(self, call_id: CallId) -> LegStory | None: ...

"""All that happened, in the order in which it was relayed."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.event import Event, LoggedEvent
from domain.ids import BrandId


class EventLog(Protocol):
    """Events of one aggregate stand in the order in which they happened."""

    @abstractmethod
    async def append(self, events: Sequence[Event]) -> Sequence[LoggedEvent]:
        """Each with its position. One whose id is in the log already keeps the position that it has."""

    @abstractmethod
    async def read(self, brand: BrandId, *, after: int, limit: int) -> Sequence[LoggedEvent]:
        """Events with positions above `after`, in order. A reader that saw position p never gets one below p later."""

    @abstractmethod
    async def last_position(self) -> int:
        """0 for an empty log."""

"""The log of events, in memory."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

from domain.event import Event, LoggedEvent
from domain.ids import BrandId, EventId
from ports.event_log import EventLog


class MemoryEventLog(EventLog):
    def __init__(self) -> None:
        self._logged: dict[EventId, LoggedEvent] = {}
        self._of_brand: defaultdict[BrandId, list[LoggedEvent]] = defaultdict(list)

    async def append(self, events: Sequence[Event]) -> Sequence[LoggedEvent]:
        return [self._append(event) for event in events]

    async def read(self, brand: BrandId, *, after: int, limit: int) -> Sequence[LoggedEvent]:
        logged = self._of_brand[brand]
        first = bisect_right(logged, after, key=lambda one: one.position)
        return logged[first : first + limit]

    async def last_position(self) -> int:
        return len(self._logged)

    def _append(self, event: Event) -> LoggedEvent:
        if event.id not in self._logged:
            logged = LoggedEvent(position=len(self._logged) + 1, event=event)
            self._logged[event.id] = logged
            self._of_brand[event.brand].append(logged)
        return self._logged[event.id]

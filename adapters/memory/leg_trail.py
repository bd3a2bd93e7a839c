"""One leg's events from its first, for any number of watchers, and what they say of its state."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from adapters.memory.leg_journal import LegEntry, LegJournal
from domain.ids import CallId
from ports.errors import Unavailable
from ports.telephony import HangUp, Leg, LegEvent, LegKind, LegState

STATES = {LegKind.RINGING: LegState.RINGING, LegKind.ANSWERED: LegState.ANSWERED, LegKind.ENDED: LegState.ENDED}


@dataclass(slots=True, eq=False)
class LegTrail:
    """Events are journalled as they are added. A leg of an earlier process that never rang stays unknown.

    There are as many of these as a day has calls, so one that is over holds nothing but its events.
    """

    call_id: CallId
    placed_at: datetime
    unknown: bool = False
    _events: tuple[LegEvent, ...] = ()
    _changed: asyncio.Event | None = None

    @property
    def end(self) -> LegEvent | None:
        last = self._events[-1] if self._events else None
        return last if last is not None and last.kind is LegKind.ENDED else None

    @property
    def leg(self) -> Leg:
        if self.unknown:
            return Leg(state=LegState.UNKNOWN)
        state = STATES[self._events[-1].kind] if self._events else LegState.RINGING
        return Leg(state=state, end=self.end)

    def has(self, kind: LegKind) -> bool:
        return any(event.kind is kind for event in self._events)

    def add(self, event: LegEvent) -> None:
        self._events = (*self._events, event)
        changed, self._changed = self._changed, None
        if changed is not None:
            changed.set()

    async def watch(self) -> AsyncIterator[LegEvent]:
        if self.unknown:
            raise Unavailable("the exchange was lost before this leg rang")
        seen = 0
        while True:
            while seen < len(self._events):
                seen += 1
                yield self._events[seen - 1]
            if self.end is not None:
                return
            self._changed = self._changed or asyncio.Event()
            await self._changed.wait()


def trails_of(journal: LegJournal, now: datetime) -> dict[CallId, LegTrail]:
    """The legs of earlier processes. Those that rang and have no end on record ended with their exchange."""
    trails: dict[CallId, LegTrail] = {}
    for entry in journal.recall():
        trail = trails.setdefault(entry.call_id, LegTrail(entry.call_id, entry.at))
        if entry.event is not None:
            trail.add(entry.event)
    for trail in trails.values():
        if trail.end is None:
            _lose(trail, journal, now)
    return trails


def _lose(trail: LegTrail, journal: LegJournal, now: datetime) -> None:
    if not trail.has(LegKind.RINGING) and not trail.has(LegKind.ANSWERED):
        trail.unknown = True
        return
    status = 200 if trail.has(LegKind.ANSWERED) else None
    event = LegEvent(kind=LegKind.ENDED, at=now, status=status, reason="exchange lost", by=HangUp.NETWORK)
    journal.append(LegEntry(call_id=trail.call_id, at=now, event=event))
    trail.add(event)

"""The memory twin of outboxes for results."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.ids import CallId
from ports.errors import NotFound
from ports.result_outbox import Parcel, ResultOutbox


class MemoryResultOutbox(ResultOutbox):
    """Parcels in dicts; `reasons` says why those were parked that are."""

    def __init__(self) -> None:
        self._waiting: dict[CallId, Parcel] = {}
        self._parked: dict[CallId, Parcel] = {}
        self.reasons: dict[CallId, str] = {}

    async def put(self, call_id: CallId, body: bytes, *, at: datetime) -> None:
        if call_id not in self._parked:
            self._waiting.setdefault(call_id, Parcel(call_id=call_id, body=body, due_at=at))

    async def due(self, *, at: datetime, limit: int) -> Sequence[Parcel]:
        ready = [parcel for parcel in self._waiting.values() if parcel.due_at <= at]
        return sorted(ready, key=lambda parcel: (parcel.due_at, parcel.call_id))[:limit]

    async def postpone(self, call_id: CallId, *, due_at: datetime) -> None:
        parcel = self._waiting.get(call_id)
        if parcel is None:
            raise NotFound(f"no parcel of call {call_id}")
        self._waiting[call_id] = replace(parcel, due_at=due_at, tries=parcel.tries + 1)

    async def delivered(self, call_id: CallId) -> None:
        self._waiting.pop(call_id, None)

    async def park(self, call_id: CallId, why: str) -> None:
        if call_id in self._waiting:
            self._parked[call_id] = self._waiting.pop(call_id)
            self.reasons[call_id] = why

    async def parked(self) -> Sequence[CallId]:
        return sorted(self._parked)

    async def waiting(self) -> int:
        return len(self._waiting)

"""Results on their way to the API, on disk until they have arrived."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.ids import CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A package exactly as it will be sent."""

    call_id: CallId
    body: bytes
    due_at: datetime
    tries: int = 0


class ResultOutbox(Protocol):
    """One parcel a call."""

    @abstractmethod
    async def put(self, call_id: CallId, body: bytes, *, at: datetime) -> None:
        """Durable when this returns, power loss included. A call that has a parcel keeps the one it has."""

    @abstractmethod
    async def due(self, *, at: datetime, limit: int) -> Sequence[Parcel]:
        """Longest due first; none that is parked."""

    @abstractmethod
    async def postpone(self, call_id: CallId, *, due_at: datetime) -> None:
        """It did not arrive; one more try is counted. Raises NotFound."""

    @abstractmethod
    async def delivered(self, call_id: CallId) -> None:
        """It has arrived. Twice is once."""

    @abstractmethod
    async def park(self, call_id: CallId, why: str) -> None:
        """It was refused for good; kept for a person to look at."""

    @abstractmethod
    async def parked(self) -> Sequence[CallId]: ...

    @abstractmethod
    async def waiting(self) -> int:
        """Parcels not parked."""

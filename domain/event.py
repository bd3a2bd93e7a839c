"""Something that happened to an aggregate; it is stored in the aggregate's own document until relayed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.ids import BrandId, EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact in the past tense. `id` is the same however often it is relayed; `subject` is the aggregate's id."""

    id: EventId
    brand: BrandId
    kind: str
    subject: str
    at: datetime
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent:
    """An event and the position that the log gave it. Positions grow, and may have gaps."""

    position: int
    event: Event

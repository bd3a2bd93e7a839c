"""What is said about events."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from domain.event import LoggedEvent
from domain.ids import EventId


class EventShown(msgspec.Struct, frozen=True, kw_only=True):
    """`position` is what the next reading begins after."""

    position: int
    id: EventId
    kind: str
    subject: str
    at: datetime
    data: Mapping[str, str]


class EventList(msgspec.Struct, frozen=True, kw_only=True):
    """`next` is the position to go on after: that of the last event, or the one that was asked for."""

    items: tuple[EventShown, ...]
    next: int


def show_event(logged: LoggedEvent) -> EventShown:
    event = logged.event
    return EventShown(
        position=logged.position, id=event.id, kind=event.kind, subject=event.subject, at=event.at, data=event.data
    )

"""All that happened in a brand, in order, for those who follow it."""

from typing import Annotated

from litestar import get
from litestar.di import Provide
from litestar.params import QueryParameter

from applications.api.container import Container
from applications.api.http.doors import person
from applications.api.http.given import Given, provide
from applications.api.http.paging import Limit
from applications.api.messages.events import EventList, show_event
from domain.ids import BrandId
from domain.people.user import Permission
from ports.event_log import EventLog

Position = Annotated[
    int, QueryParameter(name="after", ge=0, le=10**15, required=False, description="The `next` of the reading before.")
]


@get("/events", operation_id="listEvents", tags=["events"], **person(Permission.READ))
async def list_events(
    brand: Given[BrandId], events: Given[EventLog], after_: Position = 0, limit: Limit = 50
) -> EventList:
    """Oldest first."""
    read = await events.read(brand, after=after_, limit=limit)
    return EventList(items=tuple(map(show_event, read)), next=read[-1].position if read else after_)


ROUTES = (list_events,)


def dependencies(container: Container) -> dict[str, Provide]:
    return {"events": provide(container.events)}

"""Calls: placing one, what was talked, what came of it, and ending one that is live."""

from typing import Annotated

from litestar import Response, get, post
from litestar.di import Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody
from litestar.response import Stream

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.http.doors import person
from applications.api.http.filters import Moment, by, moment
from applications.api.http.given import Given, provide
from applications.api.http.idempotency import IdempotencyKey
from applications.api.http.paging import After, Limit
from applications.api.messages.calls import CallRow, CallSearch, CallShown, show_call, show_row
from applications.api.messages.dialout import CallPlaced, DialoutRequest
from applications.api.use_cases.end_call import EndCall
from applications.api.use_cases.export_calls import ExportCalls
from applications.api.use_cases.start_dialout import StartDialout
from domain.calls.call import CallState, Direction
from domain.calls.outcome import Outcome
from domain.ids import BotId, BrandId, CallId, CampaignId
from domain.people.user import Permission, User
from ports.call_store import CallFilter, CallStore
from ports.delivery_log import DeliveryFilter, DeliveryLog
from ports.event_log import EventLog
from ports.paging import Page


def call_filter(
    state_: Annotated[CallState | None, by("state")] = None,
    direction: Annotated[Direction | None, by("direction")] = None,
    outcome: Annotated[Outcome | None, by("outcome")] = None,
    campaign_id: Annotated[str | None, by("campaign_id")] = None,
    bot_id: Annotated[str | None, by("bot_id")] = None,
    since: Moment = None,
    until: Moment = None,
) -> CallFilter:
    """All of it but the phone number, which never stands in an address."""
    return CallFilter(
        state=state_,
        direction=direction,
        outcome=outcome,
        campaign_id=CampaignId(campaign_id) if campaign_id else None,
        bot_id=BotId(bot_id) if bot_id else None,
        since=moment(since, "since"),
        until=moment(until, "until"),
    )


@get("/calls", operation_id="listCalls", tags=["calls"], **person(Permission.READ))
async def list_calls(
    brand: Given[BrandId],
    calls: Given[CallStore],
    where: Given[CallFilter],
    after: After = None,
    limit: Limit = 50,
) -> Page[CallRow]:
    """Newest first."""
    return (await calls.page(brand, where=where, after=after, limit=limit)).map(show_row)


@post("/calls/search", operation_id="searchCalls", tags=["calls"], status_code=200, **person(Permission.READ, 413, 415))
async def search_calls(data: JSONBody[CallSearch], brand: Given[BrandId], calls: Given[CallStore]) -> Page[CallRow]:
    """Like the list, and by phone number as well. Newest first."""
    return (await calls.page(brand, where=data.where(), after=data.after, limit=data.limit)).map(show_row)


@get("/calls.csv", operation_id="exportCalls", tags=["calls"], media_type="text/csv", **person(Permission.READ))
async def export_calls(brand: Given[BrandId], export: Given[ExportCalls], where: Given[CallFilter]) -> Stream:
    """All of them, newest first."""
    headers = {"content-disposition": 'attachment; filename="calls.csv"'}
    return Stream(export(brand, where), media_type="text/csv; charset=utf-8", headers=headers)


@get("/calls/{call_id:str}", operation_id="getCall", tags=["calls"], **person(Permission.READ, 404))
async def get_call(
    call_id: FromPath[str], brand: Given[BrandId], calls: Given[CallStore], deliveries: Given[DeliveryLog]
) -> CallShown:
    call = await calls.get(brand, CallId(call_id))
    pushed = await deliveries.page(brand, where=DeliveryFilter(call_id=call.id), after=None, limit=50)
    return show_call(call, pushed.items)


@post(
    "/calls/{call_id:str}/end",
    operation_id="endCall",
    tags=["calls"],
    status_code=204,
    **person(Permission.DIAL_OUT, 404, 409, 503),
)
async def end_call(call_id: FromPath[str], user: Given[User], brand: Given[BrandId], end: Given[EndCall]) -> None:
    """The callee is hung up on; the result follows in a moment."""
    await end(brand, CallId(call_id), by=user.id)


PLACE = person(Permission.DIAL_OUT, 409, 413, 415, 422, 503)
PLACE["responses"][200] = ResponseSpec(data_container=CallPlaced, description="It was placed before")


@post("/calls", operation_id="placeCall", tags=["calls"], status_code=202, **PLACE)
async def place_call(
    data: JSONBody[DialoutRequest],
    idempotency_key: IdempotencyKey,
    user: Given[User],
    dial: Given[StartDialout],
    events: Given[EventLog],
) -> Response[CallPlaced]:
    """A person's own dialout, such as a call to try a bot with: the same rules and answers as `startDialout`."""
    position = await events.last_position()
    placed = await dial(user, idempotency_key, data)
    shown = CallPlaced(call_id=placed.call.id, state=placed.call.state, events_after=position)
    return Response(shown, status_code=200 if placed.repeated else 202)


ROUTES = (list_calls, search_calls, export_calls, get_call, end_call, place_call)


def dependencies(container: Container) -> dict[str, Provide]:
    return {
        "calls": provide(container.calls),
        "deliveries": provide(container.deliveries),
        "export": provide(maker(container, ExportCalls)),
        "end": provide(maker(container, EndCall)),
        "dial": provide(maker(container, StartDialout)),
        "events": provide(container.events),
        "where": Provide(call_filter, sync_to_thread=False),
    }

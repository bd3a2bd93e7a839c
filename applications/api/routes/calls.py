"""Calls: what was talked, what came of it, and ending one that is live."""

from typing import Annotated

from litestar import get, post
from litestar.di import Provide
from litestar.params import FromPath, JSONBody
from litestar.response import Stream

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.http.doors import person
from applications.api.http.filters import Moment, by, moment
from applications.api.http.given import Given, provide
from applications.api.http.paging import After, Limit
from applications.api.messages.calls import CallRow, CallSearch, CallShown, show_call, show_row
from applications.api.use_cases.end_call import EndCall
from applications.api.use_cases.export_calls import ExportCalls
from domain.calls.call import CallState, Direction
from domain.calls.outcome import Outcome
from domain.ids import BotId, BrandId, CallId, CampaignId
from domain.people.user import Permission, User
from ports.call_store import CallFilter, CallStore
from ports.delivery_log import DeliveryFilter, DeliveryLog
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


ROUTES = (list_calls, search_calls, export_calls, get_call, end_call)


def dependencies(container: Container) -> dict[str, Provide]:
    return {
        "calls": provide(container.calls),
        "deliveries": provide(container.deliveries),
        "export": provide(maker(container, ExportCalls)),
        "end": provide(maker(container, EndCall)),
        "where": Provide(call_filter, sync_to_thread=False),
    }

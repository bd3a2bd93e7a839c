"""The far side of CXB's inner HTTP doors: the routes of API and Core as they are written down, before memory twins."""

import math
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx
import msgspec

from adapters.memory.carrier_desk import MemoryCarrierDesk
from adapters.memory.channel_desk import MemoryChannelDesk
from adapters.memory.config_source import MemoryConfigSource
from adapters.memory.core_gateway import MemoryCoreGateway
from adapters.memory.fleet_desk import MemoryFleetDesk
from adapters.memory.result_sink import MemoryResultSink
from contract_tests.backends import scene
from domain.errors import InvalidValue
from domain.ids import BotId, CallId
from ports.errors import Busy, NotFound, PortError, Refused, Unavailable
from ports.messages.calls import CallNews
from ports.messages.core import CallRequest, Order
from ports.messages.fleet import ReservationRequest, TrunkList
from ports.messages.inbound import Arrived
from ports.messages.reader import read
from ports.messages.sip import SipAccounts

Handler = Callable[..., Awaitable[httpx.Response]]


@dataclass(slots=True)
class FarSide:
    """Answers requests by `METHOD pattern`; groups of the pattern are arguments. Silent where a twin is Unavailable."""

    routes: dict[str, Handler] = field(default_factory=dict)
    secret: str = scene.SECRET

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("X-CXBCore-Secret") != self.secret:
            return problem(401, "unauthorised")
        for route, handler in self.routes.items():
            found = re.fullmatch(route, f"{request.method} {request.url.path}")
            if found:
                return await _told(handler, request, *found.groups())
        return problem(405, "no_such_route")


async def _told(handler: Handler, request: httpx.Request, *names: str) -> httpx.Response:
    try:
        return await handler(request, *names)
    except Unavailable as lost:
        raise httpx.ConnectError(str(lost), request=request) from None
    except InvalidValue:
        return problem(422, "invalid")
    except PortError as error:
        return _answer_for(error)


def _answer_for(error: PortError) -> httpx.Response:
    match error:
        case Busy():
            return httpx.Response(503, headers={"Retry-After": str(math.ceil(error.retry_after))})
        case Refused():
            return problem(409, error.reason)
        case NotFound():
            return problem(404, "not_found")
    return httpx.Response(500)


def problem(status: int, reason: str) -> httpx.Response:
    body = msgspec.json.encode({"type": "about:blank", "status": status, "reason": reason})
    return httpx.Response(status, headers={"Content-Type": "application/problem+json"}, content=body)


def good(status: int, message: object) -> httpx.Response:
    return httpx.Response(status, headers={"Content-Type": "application/json"}, content=msgspec.json.encode(message))


def config_api(twin: MemoryConfigSource) -> FarSide:
    async def config(request: httpx.Request, bot_id: str) -> httpx.Response:
        return good(200, await twin.fetch(BotId(bot_id), CallId(request.headers["X-CXB-Call-Id"])))

    return FarSide({r"GET /api/v1/config/([^/]+)": config})


def result_api(twin: MemoryResultSink) -> FarSide:
    async def result(request: httpx.Request) -> httpx.Response:
        await twin.hand_over(request.content)
        return good(201, {})

    async def event(request: httpx.Request, call_id: str) -> httpx.Response:
        await twin.tell(CallId(call_id), read(request.content, CallNews))  # type: ignore[arg-type]  # a union
        return httpx.Response(204)

    return FarSide({r"POST /api/v1/results": result, r"POST /api/v1/calls/([^/]+)/events": event})


def channel_api(twin: MemoryChannelDesk) -> FarSide:
    async def hold(_: httpx.Request, call_id: str, leg_id: str) -> httpx.Response:
        await twin.hold(CallId(call_id), CallId(leg_id))
        return httpx.Response(204)

    async def give_back(_: httpx.Request, call_id: str, leg_id: str) -> httpx.Response:
        await twin.give_back(CallId(call_id), CallId(leg_id))
        return httpx.Response(204)

    path = r"/api/v1/calls/([^/]+)/channels/([^/]+)"
    return FarSide({f"PUT {path}": hold, f"DELETE {path}": give_back})


def fleet_api(twin: MemoryFleetDesk) -> FarSide:
    async def reserve(request: httpx.Request) -> httpx.Response:
        return good(200, await twin.reserve(read(request.content, ReservationRequest)))

    async def lookup(_: httpx.Request) -> httpx.Response:
        return good(200, TrunkList(trunks=tuple(await twin.trunks())))

    return FarSide({r"POST /api/v1/fleet/reservations": reserve, r"GET /api/v1/sip/lookup": lookup})


def carrier_api(twin: MemoryCarrierDesk) -> FarSide:
    async def accounts(_: httpx.Request) -> httpx.Response:
        return good(200, SipAccounts(accounts=tuple(await twin.accounts())))

    async def inbound(request: httpx.Request) -> httpx.Response:
        return good(200, await twin.receive(read(request.content, Arrived)))

    return FarSide({r"GET /api/v1/sip/accounts": accounts, r"POST /api/v1/inbound": inbound})


def cores(twin: MemoryCoreGateway) -> FarSide:
    """Every Core of the twin, told apart by host and port."""

    async def health(request: httpx.Request) -> httpx.Response:
        return good(200, await twin.health(_origin(request)))

    async def take(request: httpx.Request) -> httpx.Response:
        call: CallRequest = read(request.content, CallRequest)  # type: ignore[arg-type]  # a union
        return good(201, await twin.take(_origin(request), call))

    async def order(request: httpx.Request, call_id: str) -> httpx.Response:
        await twin.order(_origin(request), CallId(call_id), read(request.content, Order))  # type: ignore[arg-type]
        return httpx.Response(202)

    async def end(request: httpx.Request, call_id: str) -> httpx.Response:
        await twin.health(_origin(request))
        if CallId(call_id) not in twin.cores[_origin(request)].calls:
            return problem(404, "not_found")
        await twin.end(_origin(request), CallId(call_id))
        return httpx.Response(204)

    return FarSide(
        {
            r"GET /health": health,
            r"POST /v1/calls": take,
            r"POST /v1/calls/([^/]+)/orders": order,
            r"DELETE /v1/calls/([^/]+)": end,
        }
    )


def _origin(request: httpx.Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc.decode()}"

"""What Cores, Diallers and the exchange ask of the API, and tell it."""

from dataclasses import replace
from typing import Annotated, Any, Final

from litestar import Request, Response, delete, get, post, put
from litestar.di import Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, HeaderParameter, JSONBody

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.http.doors import internal
from applications.api.http.given import Given, provide
from applications.api.use_cases.fetch_config import FetchConfig
from applications.api.use_cases.hold_channel import HoldChannel
from applications.api.use_cases.list_accounts import ListAccounts
from applications.api.use_cases.receive_inbound import ReceiveInbound
from applications.api.use_cases.receive_news import ReceiveNews
from applications.api.use_cases.receive_result import ReceiveResult
from applications.api.use_cases.reserve_slots import ReserveSlots
from domain.bots.runtime_config import RuntimeConfig
from domain.ids import BotId, CallId
from ports.messages.calls import CallNews
from ports.messages.fleet import Reservation, ReservationRequest, TrunkList
from ports.messages.inbound import Arrived, Received
from ports.messages.results import ResultPackage, ResultStored
from ports.messages.sip import SipAccounts
from ports.trunk_store import TrunkStore

CallHeader = Annotated[str, HeaderParameter(name="X-CXB-Call-Id", min_length=1, max_length=128)]

LARGEST_RESULT: Final = 2_000_000
"""Bytes: two hours of talk with the times of every word are about half of it. To turn more into values at once
would hold up others for longer than a tenth of a second."""

RESULTS = internal(404, 409, 413, 415)
RESULTS["responses"][200] = ResponseSpec(data_container=ResultStored, description="It was stored before")


@get("/config/{bot_id:str}", operation_id="fetchConfig", tags=["internal"], **internal(404, 422))
async def fetch_config(bot_id: FromPath[str], call_id: CallHeader, fetch: Given[FetchConfig]) -> RuntimeConfig:
    """Everything that a Core needs for this call. 422 says in `reason` why there is nothing to say."""
    return await fetch(BotId(bot_id), CallId(call_id))


@post(
    "/results",
    operation_id="receiveResult",
    tags=["internal"],
    request_max_body_size=LARGEST_RESULT,
    **RESULTS,
)
async def receive_result(
    data: JSONBody[ResultPackage], request: Request[Any, Any, Any], receive: Given[ReceiveResult]
) -> Response[ResultStored]:
    """201 when it is stored, 200 when the very same was stored before, 409 when the call has a different one."""
    stored = await receive(data, await request.body())
    return Response(stored, status_code=200 if stored.repeated else 201)


@post(
    "/calls/{call_id:str}/events",
    operation_id="receiveNews",
    tags=["internal"],
    status_code=204,
    **internal(404, 409, 413, 415),
)
async def receive_news(call_id: FromPath[str], data: JSONBody[CallNews], news: Given[ReceiveNews]) -> None:
    """What happens in a live call."""
    await news(CallId(call_id), data)


@put(
    "/calls/{call_id:str}/channels/{leg_id:str}",
    operation_id="holdChannel",
    tags=["internal"],
    status_code=204,
    **internal(404, 422),
)
async def hold_channel(call_id: FromPath[str], leg_id: FromPath[str], hold: Given[HoldChannel]) -> None:
    """For half a minute a channel of the call's trunk is that leg's; asking again holds on to it. 422 says in `reason`
    why not: `no_channel`, `trunk`, `call_ended`."""
    await hold(CallId(call_id), CallId(leg_id))


@delete(
    "/calls/{call_id:str}/channels/{leg_id:str}",
    operation_id="giveChannelBack",
    tags=["internal"],
    **internal(404),
)
async def give_channel_back(call_id: FromPath[str], leg_id: FromPath[str], hold: Given[HoldChannel]) -> None:
    """The leg has ended, or was never placed. Nothing when it holds none."""
    await hold.give_back(CallId(call_id), CallId(leg_id))


@post("/fleet/reservations", operation_id="reserveSlots", tags=["internal"], status_code=200, **internal(413, 415))
async def reserve_slots(data: JSONBody[ReservationRequest], reserve: Given[ReserveSlots]) -> Reservation:
    """Sets the holder's block to what it asks for, as far as there is room."""
    return await reserve(data)


@get("/sip/lookup", operation_id="lookUpTrunks", tags=["internal"], **internal())
async def look_up_trunks(trunks: Given[TrunkStore]) -> TrunkList:
    """All trunks, disabled ones as well, of every brand; their passwords stay here, sealed or not."""
    return TrunkList(trunks=tuple(replace(trunk, sealed_password="") for trunk in await trunks.all(None)))


@get("/sip/accounts", operation_id="listSipAccounts", tags=["internal"], **internal())
async def list_accounts(accounts: Given[ListAccounts]) -> SipAccounts:
    """Those of all enabled SIP trunks, of every brand, with their passwords open: for the exchange alone."""
    return await accounts()


@post("/inbound", operation_id="receiveInbound", tags=["internal"], status_code=200, **internal(413, 415))
async def receive_inbound(data: JSONBody[Arrived], inbound: Given[ReceiveInbound]) -> Received:
    """A call came in: a Core has it now and will answer it, or `turned_away` says why nobody will. Asked again for
    the same call, the answer is the same."""
    return await inbound(data)


ROUTES = (
    fetch_config,
    receive_result,
    receive_news,
    hold_channel,
    give_channel_back,
    reserve_slots,
    look_up_trunks,
    list_accounts,
    receive_inbound,
)


def dependencies(container: Container) -> dict[str, Provide]:
    return {
        "fetch": provide(maker(container, FetchConfig)),
        "receive": provide(maker(container, ReceiveResult)),
        "news": provide(maker(container, ReceiveNews)),
        "hold": provide(maker(container, HoldChannel)),
        "reserve": provide(maker(container, ReserveSlots)),
        "trunks": provide(container.trunks),
        "accounts": provide(maker(container, ListAccounts)),
        "inbound": provide(maker(container, ReceiveInbound)),
    }

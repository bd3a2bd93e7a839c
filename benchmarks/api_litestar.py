"""The API's three endpoints once more, in bare Litestar: the same doors, checks and use cases."""

import hmac
from typing import Annotated, Any

from litestar import Litestar, Request, get, post
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from litestar.params import HeaderParameter

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.messages.dialout import DialoutAccepted, DialoutRequest
from applications.api.use_cases.fetch_config import FetchConfig
from applications.api.use_cases.identify_key import IdentifyKey
from applications.api.use_cases.receive_result import ReceiveResult
from applications.api.use_cases.start_dialout import StartDialout
from benchmarks.api_world import SECRET
from domain.bots.runtime_config import RuntimeConfig
from domain.ids import BotId, CallId
from ports.messages.results import ResultPackage, ResultStored


def is_ours(given: str) -> bool:
    return hmac.compare_digest(given.encode(), SECRET.encode())


def bare_litestar(container: Container) -> Any:
    fetch, receive = maker(container, FetchConfig), maker(container, ReceiveResult)
    identify, dial = maker(container, IdentifyKey), maker(container, StartDialout)

    async def ours(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        if not is_ours(connection.headers.get("x-cxbcore-secret", "")):
            raise NotAuthorizedException

    @get("/api/v1/config/{bot_id:str}", guards=[ours])
    async def config(bot_id: str, call_id: Annotated[str, HeaderParameter(name="X-CXB-Call-Id")]) -> RuntimeConfig:
        return await fetch()(BotId(bot_id), CallId(call_id))

    @post("/api/v1/results", guards=[ours])
    async def results(data: ResultPackage, request: Request[Any, Any, Any]) -> ResultStored:
        return await receive()(data, await request.body())

    @post("/api/v1/dialout", status_code=202)
    async def dialout(
        data: DialoutRequest,
        key: Annotated[str, HeaderParameter(name="X-API-Key")],
        order: Annotated[str, HeaderParameter(name="Idempotency-Key")],
    ) -> DialoutAccepted:
        placed = await dial()(await identify()(key), order, data)
        return DialoutAccepted(call_id=placed.call.id, state=placed.call.state)

    return Litestar([config, results, dialout], openapi_config=None, logging_config=None)

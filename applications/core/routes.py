"""Core's control surface: what the API and the Dialler may ask of it."""

from contextlib import suppress
from typing import Any

from litestar import MediaType, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from applications.core.use_cases.check_core import CheckCore
from applications.core.use_cases.order_call import OrderCall
from applications.core.use_cases.report_health import ReportHealth
from applications.core.use_cases.take_call import TakeCall
from domain.ids import CallId
from ports.errors import NotFound
from ports.messages.core import CallAccepted, CallRequest, CoreHealth, End, Order
from ports.messages.findings import CORE_CHECK, Findings
from ports.messages.reader import read

AnyRequest = Request[Any, Any, Any]


@get("/healthz", media_type=MediaType.TEXT, sync_to_thread=False, opt={"open": True})
def healthz() -> str:
    """This process lives; it says nothing of anybody else."""
    return "ok"


@get("/health")
async def health(report_health: NamedDependency[ReportHealth]) -> CoreHealth:
    return await report_health()


@get(CORE_CHECK)
async def check(check_core: NamedDependency[CheckCore]) -> Findings:
    return await check_core()


@post("/v1/calls", status_code=202)
async def take(request: AnyRequest, take_call: NamedDependency[TakeCall]) -> CallAccepted:
    wanted: CallRequest = read(await request.body(), CallRequest)  # type: ignore[arg-type]  # a union
    return await take_call(wanted)


@post("/v1/calls/{call_id:str}/orders", status_code=204)
async def order(request: AnyRequest, call_id: FromPath[str], order_call: NamedDependency[OrderCall]) -> None:
    given: Order = read(await request.body(), Order)  # type: ignore[arg-type]  # a union
    await order_call(CallId(call_id), given)


@delete("/v1/calls/{call_id:str}", status_code=204)
async def end(call_id: FromPath[str], order_call: NamedDependency[OrderCall]) -> Response[None]:
    """Ended, or over already: both are what was wanted."""
    with suppress(NotFound):
        await order_call(CallId(call_id), End())
    return Response(None, status_code=204)


ROUTES = [healthz, health, check, take, order, end]

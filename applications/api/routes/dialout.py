"""A CRM orders calls here, and asks what became of them."""

from litestar import Response, get, post
from litestar.di import Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody

from applications.api.cases import maker
from applications.api.container import Container
from applications.api.http.doors import crm
from applications.api.http.given import Given, provide
from applications.api.http.idempotency import IdempotencyKey
from applications.api.messages.dialout import DialoutAccepted, DialoutRequest, DialoutStatus
from applications.api.use_cases.start_dialout import StartDialout
from domain.calls.call import Call, Direction
from domain.ids import BrandId, CallId
from domain.people.user import ApiKey
from ports.call_store import CallStore
from ports.errors import NotFound

ORDER = crm(404, 409, 413, 415, 422, 503)
ORDER["responses"][200] = ResponseSpec(data_container=DialoutAccepted, description="It was placed before")


@post("/dialout", operation_id="startDialout", tags=["dialout"], status_code=202, **ORDER)
async def start_dialout(
    data: JSONBody[DialoutRequest], idempotency_key: IdempotencyKey, api_key: Given[ApiKey], dial: Given[StartDialout]
) -> Response[DialoutAccepted]:
    """202 when the call is placed, 200 when an earlier request with the same key had placed it. 422 for a number that
    may not be called, and for a key that was used with another body; 409 while another request with the key is in
    progress; 503 when there is no room: the same request may be made again after `Retry-After` seconds."""
    dialout = await dial(api_key, idempotency_key, data)
    accepted = DialoutAccepted(call_id=dialout.call.id, state=dialout.call.state)
    return Response(accepted, status_code=200 if dialout.repeated else 202)


@get("/dialout/{call_id:str}", operation_id="getDialout", tags=["dialout"], **crm(404))
async def get_dialout(call_id: FromPath[str], brand: Given[BrandId], calls: Given[CallStore]) -> DialoutStatus:
    """How the call stands, and what came of it."""
    call = await calls.get(brand, CallId(call_id))
    if call.direction is not Direction.API:
        raise NotFound("not a dialout")
    return _status(call)


def _status(call: Call) -> DialoutStatus:
    status = DialoutStatus(
        call_id=call.id, state=call.state, created_at=call.created_at, external_id=call.origin.external_id
    )
    result = call.result
    if result is None:
        return status
    return DialoutStatus(
        call_id=call.id,
        state=call.state,
        created_at=call.created_at,
        external_id=call.origin.external_id,
        outcome=result.outcome.value,
        disposition=result.disposition,
        collected=result.collected or {},
        answered_at=result.answered_at,
        ended_at=result.ended_at,
        talk_seconds=result.talk_seconds,
    )


ROUTES = (start_dialout, get_dialout)


def dependencies(container: Container) -> dict[str, Provide]:
    return {"dial": provide(maker(container, StartDialout)), "calls": provide(container.calls)}

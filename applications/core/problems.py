"""What Core answers when it cannot do what was asked: problem documents after RFC 9457."""

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from domain.errors import InvalidValue
from ports.errors import Busy, NotFound

MEDIA_TYPE: Final = "application/problem+json"

log = structlog.get_logger()


class BadField(msgspec.Struct, frozen=True, kw_only=True):
    field: str
    reason: str


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`reason` is a short word for programs; `errors` names every bad field at once."""

    type: str
    title: str
    status: int
    detail: str
    reason: str
    errors: tuple[BadField, ...] = ()


def invalid(_: Request[Any, Any, Any], error: InvalidValue) -> Response[bytes]:
    faults = tuple(BadField(field=fault.field, reason=fault.reason) for fault in error.faults)
    return problem(400, "invalid_value", "the body is not as it must be", errors=faults)


def not_found(_: Request[Any, Any, Any], __: NotFound) -> Response[bytes]:
    return problem(404, "not_found", "no such call here (any more)")


def busy(_: Request[Any, Any, Any], error: Busy) -> Response[bytes]:
    wait = str(max(1, math.ceil(error.retry_after)))
    return problem(503, "busy", str(error), headers={"Retry-After": wait})


def of_the_web(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """What the framework or the door refused."""
    if error.status_code >= 500:
        return unexpected(request, error)
    return problem(error.status_code, HTTPStatus(error.status_code).name.lower(), error.detail)


def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    log.error("request_failed", method=request.method, exc_info=error)
    return problem(500, "internal", "an error of ours; it has been logged")


def problem(
    status: int,
    reason: str,
    detail: str,
    *,
    errors: tuple[BadField, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    document = Problem(
        type=f"urn:cxb:problem:{reason.replace('_', '-')}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        reason=reason,
        errors=errors,
    )
    body = msgspec.json.encode(document)
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


HANDLERS: Final[dict[int | type[Exception], Any]] = {
    InvalidValue: invalid,
    NotFound: not_found,
    Busy: busy,
    HTTPException: of_the_web,
    Exception: unexpected,
}

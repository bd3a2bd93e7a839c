"""The one table of what an error of the model or the world is in HTTP, and the handlers that read it."""

import math
import re
from collections.abc import Mapping
from typing import Any, Final

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from applications.api.http.problem import FieldProblem, Problem, problem
from applications.api.no_room import NoRoom
from domain.errors import DomainError, IllegalMove, InvalidValue, RuleBroken
from ports.errors import Busy, NotFound, PortError, Refused, Stale, Unavailable

log = structlog.get_logger()

STATUSES: Final[Mapping[type[Exception], tuple[int, str]]] = {
    InvalidValue: (400, "invalid-value"),
    IllegalMove: (409, "illegal-move"),
    RuleBroken: (409, "rule-broken"),
    DomainError: (409, "rule-broken"),
    NotFound: (404, "not-found"),
    Stale: (409, "stale"),
    NoRoom: (503, "no-room"),
    Busy: (429, "busy"),
    Unavailable: (503, "unavailable"),
    Refused: (422, "refused"),
    PortError: (500, "internal"),
}

REFUSALS: Final[Mapping[str, int]] = {"cursor": 400, "not_signed_in": 401, "webhook": 401}
"""Refusals that have a status of their own, by their reason."""

KINDS: Final[Mapping[int, str]] = {
    400: "invalid-value",
    401: "not-signed-in",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "wrong-media-type",
    429: "busy",
}
"""Problem types of what the web framework itself raises."""

MISSING: Final = re.compile(r"Missing required \w+ parameter '([^']+)'")
"""How the framework says so of a parameter."""

DETAILS: Final[Mapping[type[Exception], str]] = {
    Stale: "somebody else wrote first: load it again and decide again",
    NotFound: "there is no such thing",
    Unavailable: "no answer, or not in time: it may or may not have happened",
}
"""Words for errors whose own are for logs only."""


def from_model(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """A DomainError or PortError."""
    status, kind = next(STATUSES[step] for step in type(error).__mro__ if step in STATUSES)
    if status == 500:
        return unexpected(request, error)
    if isinstance(error, InvalidValue):
        fields = tuple(FieldProblem(field=fault.field, reason=fault.reason) for fault in error.faults)
        return problem(status, kind, _said(fields), errors=fields)
    if isinstance(error, Refused):
        status = REFUSALS.get(error.reason, status)
        kind = error.reason.replace("_", "-")
    detail = next((DETAILS[step] for step in type(error).__mro__ if step in DETAILS), str(error))
    return problem(status, kind, detail, headers=_retry_after(error))


def _said(fields: tuple[FieldProblem, ...]) -> str:
    return "; ".join(f"{each.field} {each.reason}".strip() for each in fields)


def _retry_after(error: Exception) -> Mapping[str, str]:
    if isinstance(error, Busy):
        return {"retry-after": str(max(1, math.ceil(error.retry_after)))}
    return {"retry-after": "1"} if isinstance(error, Unavailable) else {}


def from_web(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """What the framework or a guard raised."""
    if error.status_code >= 500:
        return unexpected(request, error)
    kind = KINDS.get(error.status_code, "refused")
    fields = tuple(_fields(error))
    detail = _said(fields) if fields else error.detail
    return problem(error.status_code, kind, detail, errors=fields, headers=error.headers)


def _fields(error: HTTPException) -> list[FieldProblem]:
    """The framework lists bad parameters as dicts with `key` and `message`. Where a parameter has a name that the
    framework keeps for itself, ours has an underscore behind it."""
    missing = MISSING.match(error.detail)
    if missing:
        return [FieldProblem(field=missing[1], reason="is missing")]
    if not isinstance(error.extra, list):
        return []
    return [_field(row) for row in error.extra if "message" in row]


def _field(row: Mapping[str, str]) -> FieldProblem:
    if row.get("key") == "data":  # all that the framework says of a body that is missing
        return FieldProblem(field="", reason="a body is needed")
    return FieldProblem(field=row.get("key", "").rstrip("_"), reason=row["message"])


def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """An error of our own: logged in full, answered without a word of it."""
    log.error("request_failed", method=request.method, route=_route(request), exc_info=error)
    return problem(500, "internal", "something went wrong here; it has been logged")


def _route(request: Request[Any, Any, Any]) -> str:
    """The route's pattern, never the path itself, which a caller may have filled with anything."""
    template = request.scope.get("path_template")
    return str(template) if template else "unknown"


HANDLERS: Final[dict[int | type[Exception], Any]] = {
    DomainError: from_model,
    PortError: from_model,
    HTTPException: from_web,
    Exception: unexpected,
}

"""What an error looks like on the wire: an RFC 9457 problem document."""

from collections.abc import Mapping
from typing import Final

import msgspec
from litestar import Response
from litestar.openapi.datastructures import ResponseSpec

MEDIA_TYPE: Final = "application/problem+json"

TITLES: Final[Mapping[int, str]] = {
    400: "The request is not as it must be",
    401: "Nobody is signed in",
    403: "Not allowed",
    404: "There is no such thing",
    405: "The method is not allowed here",
    409: "The state does not allow it",
    413: "The body is too large",
    415: "The body is of the wrong kind",
    416: "No such part",
    422: "A final no",
    429: "No room now; ask again later",
    500: "An error of ours",
    503: "Not available now; ask again later",
}


class FieldProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One field and what is wrong with it."""

    field: str
    reason: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 9457, with every bad field at once. `reason` is a short word that a program can read."""

    type: str
    title: str
    status: int
    detail: str
    reason: str
    errors: tuple[FieldProblem, ...] = ()


def problem(
    status: int,
    kind: str,
    detail: str,
    *,
    errors: tuple[FieldProblem, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response[Problem]:
    """The response; `kind` is the last part of the problem's type."""
    title = TITLES.get(status, kind.replace("-", " "))
    document = Problem(
        type=f"urn:cxb:problem:{kind}",
        title=title,
        status=status,
        detail=detail,
        reason=kind.replace("-", "_"),
        errors=errors,
    )
    return Response(document, status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def documented(*statuses: int) -> dict[int, ResponseSpec]:
    """For a handler's `responses`: these statuses come as problems."""
    return {
        status: ResponseSpec(
            data_container=Problem,
            generate_examples=False,
            description=TITLES.get(status, "Problem"),
            media_type=MEDIA_TYPE,
        )
        for status in statuses
    }

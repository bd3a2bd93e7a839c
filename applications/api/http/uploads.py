"""Bodies that are files: taken as they come, and never held whole."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from litestar import Request
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema

from applications.api.http.bodies import LARGEST_JSON, UnsupportedMediaType, refuse_coded

CSV: Final = frozenset({"text/csv", "application/csv", "application/vnd.ms-excel", "text/plain"})
"""What browsers and systems call a CSV file."""

CSV_BODY: Final = OpenAPIMediaType(schema=Schema(description="Bytes, whatever they are: rows that are none are named."))


@dataclass
class CsvUpload(Operation):
    """An operation whose body is a CSV file."""

    def __post_init__(self) -> None:
        self.request_body = RequestBody(content={"text/csv": CSV_BODY}, required=True)


def is_csv(request: Request[Any, Any, Any]) -> bool:
    return request.content_type[0] in CSV


async def csv_chunks(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    """The body. Raises RequestEntityTooLarge once it is longer than the handler allows."""
    refuse_coded(request)
    async for chunk in request.stream():
        yield chunk


def require_csv(request: Request[Any, Any, Any]) -> None:
    if not is_csv(request):
        raise UnsupportedMediaType(detail="the body must be text/csv")


async def json_body(request: Request[Any, Any, Any]) -> bytes:
    """For handlers that allow larger bodies of another kind. Raises RequestEntityTooLarge."""
    refuse_coded(request)
    if request.content_type[0] not in {"", "application/json"}:
        raise UnsupportedMediaType(detail="the body must be application/json or text/csv")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_JSON:
            raise RequestEntityTooLarge(detail=f"a body in JSON has at most {LARGEST_JSON} bytes")
    return bytes(body)

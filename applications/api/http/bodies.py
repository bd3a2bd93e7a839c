"""How JSON bodies are read: by our own reader, so that every bad field is named, and nothing odd gets further."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.exceptions import ClientException
from litestar.openapi.spec import Operation, RequestBody

from domain.errors import Fault, InvalidValue
from ports.messages import reader

LARGEST_JSON: Final = 1_000_000
LARGEST_UPLOAD: Final = 200_000_000
"""Bytes."""

READ_ASIDE: Final = 50_000
"""Bytes from which on a body is read in a thread: to look at each field of a large one takes longer than others should
wait."""

ODD: Final = b"\\u0000"
"""Bodies that hold this may hold what no store can keep, and are looked at more closely."""


class UnsupportedMediaType(ClientException):
    """The body is not of a kind that is read here."""

    status_code = 415


@dataclass
class OptionalBody(Operation):
    """An operation whose body may be left out."""

    def __post_init__(self) -> None:
        if isinstance(self.request_body, RequestBody):
            self.request_body.required = False


class StrictRequest(Request[Any, Any, Any]):
    """Reads a handler's `data` by the type that the handler declares."""

    __slots__ = ()

    async def json(self) -> Any:
        refuse_coded(self)
        kind, _ = self.content_type
        if kind and kind != "application/json":
            raise UnsupportedMediaType(detail="the body must be application/json")
        expected = self.route_handler.parsed_fn_signature.parameters["data"]
        body = await self.body()
        if not body and expected.is_optional:
            return None
        return await read_any_body(body, expected.annotation)


def refuse_coded(request: Request[Any, Any, Any]) -> None:
    """Nothing is unpacked here, so that nothing small can become large. Raises UnsupportedMediaType."""
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType(detail="the body must not be compressed", headers={"accept-encoding": "identity"})


async def read_any_body(body: bytes, message: Any) -> Any:
    """Like `read_body`, without holding up others."""
    if len(body) < READ_ASIDE:
        return read_body(body, message)
    return await asyncio.to_thread(read_body, body, message)


def read_body(body: bytes, message: Any) -> Any:
    """The message. Raises InvalidValue with every fault."""
    if ODD in body:
        _refuse_odd(body)
    return reader.read(body, message)


def _refuse_odd(body: bytes) -> None:
    try:
        faults = tuple(_odd(msgspec.json.decode(body), ""))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return  # the reader says so better
    if faults:
        raise InvalidValue(*faults)


def _odd(plain: Any, path: str) -> Iterator[Fault]:
    if isinstance(plain, dict):
        for key, value in plain.items():
            if "\0" in key:
                yield Fault(field=path, reason="has a key with a NUL character")
            yield from _odd(value, f"{path}.{key}" if path else key)
    elif isinstance(plain, list):
        for index, value in enumerate(plain):
            yield from _odd(value, f"{path}[{index}]")
    elif isinstance(plain, str) and "\0" in plain:
        yield Fault(field=path, reason="holds a NUL character")

"""How JSON bodies are read: by our own reader, so that every bad field is named, and nothing odd gets further."""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.exceptions import ClientException

from domain.errors import Fault, InvalidValue
from ports.messages import reader

LARGEST_JSON: Final = 1_000_000
LARGEST_UPLOAD: Final = 200_000_000
"""Bytes."""

ODD: Final = re.compile(rb"\\u0000|[0-9]{19}")
"""Bodies that hold this may hold what no store can keep, and are looked at more closely."""


class UnsupportedMediaType(ClientException):
    """The body is not of a kind that is read here."""

    status_code = 415


class StrictRequest(Request[Any, Any, Any]):
    """Reads a handler's `data` by the type that the handler declares."""

    async def json(self) -> Any:
        kind, _ = self.content_type
        if kind and kind != "application/json":
            raise UnsupportedMediaType(detail="the body must be application/json")
        expected = self.route_handler.parsed_fn_signature.parameters["data"]
        body = await self.body()
        if not body and expected.is_optional:
            return None
        return read_body(body, expected.annotation)


def read_body(body: bytes, message: Any) -> Any:
    """The message. Raises InvalidValue with every fault."""
    if ODD.search(body):
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
    elif isinstance(plain, int) and plain.bit_length() > 63:
        yield Fault(field=path, reason="is too large a number")

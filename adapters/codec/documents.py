"""Aggregates as stored documents: JSON that says which schema it has, and the number that tells stale writes."""

from dataclasses import Field, replace
from typing import Any, ClassVar, Final, Protocol, TypeVar

import msgspec

from domain.ids import BrandId
from ports.errors import Refused
from ports.messages.decoders import decoder_of

SCHEMA: Final = 1
"""The schema that this release writes. Reading an older one is a function here; a newer one is refused."""


class Document(Protocol):
    """What all aggregates have in common."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def id(self) -> str: ...

    @property
    def brand(self) -> BrandId: ...

    @property
    def version(self) -> int: ...


Doc = TypeVar("Doc", bound=Document)
Value = TypeVar("Value")


class _Header(msgspec.Struct):
    schema: int


_header: Final = decoder_of(_Header).decode


def next_version(doc: Doc) -> Doc:
    return replace(doc, version=doc.version + 1)


def encode(value: object) -> bytes:
    """A dataclass as a JSON object that begins with its schema."""
    return b'{"schema":%d,' % SCHEMA + msgspec.json.encode(value)[1:]


def decode(text: bytes | str, kind: type[Value]) -> Value:
    """What `encode` was given. Raises Refused with reason `schema` for a document of another release's schema."""
    if _header(text).schema != SCHEMA:
        raise Refused(f"a stored {kind.__name__} has a schema that this release does not know", reason="schema")
    return decoder_of(kind).decode(text)

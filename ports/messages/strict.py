"""Types that take exactly what the reader finds no fault with, for a decoder that says yes or no at once."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import datetime, time
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any, Final

import msgspec

from ports.messages.decoders import decoder_of
from ports.messages.shapes import required

EXACT: Final[Mapping[Any, Any]] = {
    datetime: Annotated[datetime, msgspec.Meta(tz=True)],
    time: Annotated[time, msgspec.Meta(tz=False)],
}
"""What a type alone does not tell: an instant carries its offset, a time of day none."""


def require_strict(body: bytes, message: Any) -> None:
    """Raises msgspec's errors for what is no such message, has a field that it does not know, however deep, or a time
    that EXACT does not take."""
    decoder_of(_strict(message)).decode(body)


@cache
def _strict(kind: Any) -> Any:
    if kind in EXACT:
        return EXACT[kind]
    if isinstance(kind, type) and (issubclass(kind, msgspec.Struct) or dataclasses.is_dataclass(kind)):
        return _record(kind)
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is Annotated:
        exact = _strict(kind.__origin__)
        known = getattr(exact, "__metadata__", ())
        marks = [mark for mark in kind.__metadata__ if isinstance(mark, msgspec.Meta) and mark not in known]
        return reduce(lambda inner, mark: Annotated[inner, mark], marks, exact)
    if origin in {typing.Union, types.UnionType}:
        return reduce(or_, map(_strict, parts))
    if origin in {None, typing.Literal}:
        return kind
    return origin[tuple(part if part is Ellipsis else _strict(part) for part in parts)]


def _record(kind: Any) -> Any:
    """The same fields, and no others. Defaults are not looked at, so any will do."""
    if issubclass(kind, msgspec.Struct):
        config = kind.__struct_config__
        fields = [(f.name, f.encode_name, f.type, f.required) for f in msgspec.structs.fields(kind)]
        tagged = {"tag": config.tag, "tag_field": config.tag_field}
    else:
        hints = typing.get_type_hints(kind, include_extras=True)
        fields = [(f.name, f.name, hints[f.name], required(f)) for f in dataclasses.fields(kind)]
        tagged = {}
    return msgspec.defstruct(
        kind.__name__,
        [(name, _strict(type_)) if required else (name, _strict(type_), None) for name, _, type_, required in fields],
        rename={name: written for name, written, _, _ in fields},
        forbid_unknown_fields=True,
        kw_only=True,
        **tagged,
    )

"""Reads JSON into a message and, when it does not fit, says so of every field at once."""

import re
import typing
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, time
from itertools import islice
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from domain.errors import Fault, InvalidValue
from ports.messages.decoders import decoder_of
from ports.messages.shapes import chosen, fields_of, item_type, value_type
from ports.messages.strict import require_strict

Message = TypeVar("Message")
GREATEST_INTEGER: Final = 2**63 - 1
"""No store keeps a larger one, nor one below its negative."""

MOST_FAULTS: Final = 100
"""A message with more of them is answered with the first: nobody mends a hundred fields by hand, and a body that is all
faults shall not cost more than it did its sender."""

LONG_NUMBER: Final = re.compile(rb"[0-9]{19}")
"""May be too large an integer."""

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


def read(body: bytes, message: type[Message]) -> Message:
    """The message. Raises InvalidValue with a fault for each field that is missing, unknown or not what it must be."""
    if not LONG_NUMBER.search(body):
        with suppress(msgspec.DecodeError, InvalidValue, RecursionError, ValueError):
            require_strict(body, message)
            return decoder_of(message).decode(body)
    return _named_faults(body, message)


def _named_faults(body: bytes, message: type[Message]) -> Message:
    """Looks at each field in turn, which takes a hundred times as long."""
    try:
        plain = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise InvalidValue(Fault(field="", reason="is not valid JSON")) from None
    return fit(plain, message)


def fit(plain: Json, message: type[Message]) -> Message:
    """Like `read`, for JSON that is decoded already."""
    decoder_of(message)  # what msgspec knows of it is known before it is asked for parts of it
    faults = tuple(islice(_faults(plain, message, ""), MOST_FAULTS))
    if faults:
        raise InvalidValue(*faults)
    try:
        return msgspec.convert(plain, message)
    except (msgspec.ValidationError, InvalidValue, ValueError) as error:
        raise InvalidValue(Fault(field="", reason=str(error))) from None


def _faults(plain: Json, expected: Any, path: str) -> Iterator[Fault]:
    """Walks as far down as the types are records; what lies below is msgspec's to judge, field by field."""
    expected = chosen(plain, expected)
    fields = fields_of(expected)
    if fields is not None and isinstance(plain, dict):
        yield from _record_faults(plain, expected, fields, path)
    elif isinstance(plain, list) and (item := item_type(expected)) is not None:
        for index, value in enumerate(plain):
            yield from _faults(value, item, f"{path}[{index}]")
    elif isinstance(plain, dict) and (item := value_type(expected)) is not None:
        for key, value in plain.items():
            yield from _key_faults(key, expected, path)
            yield from _faults(value, item, _under(path, key))
    else:
        try:
            value = msgspec.convert(plain, expected)
        except (msgspec.ValidationError, ValueError) as error:
            yield Fault(field=path, reason=str(error))
        else:
            yield from _value_faults(value, path)


def _value_faults(value: object, path: str) -> Iterator[Fault]:
    """What the type alone does not tell: an instant says where it is meant, a time of day is always local."""
    if isinstance(value, int) and abs(value) > GREATEST_INTEGER:
        yield Fault(field=path, reason="is too large a number")
    if isinstance(value, datetime) and value.tzinfo is None:
        yield Fault(field=path, reason="must carry an offset from UTC, such as Z")
    if isinstance(value, time) and value.tzinfo is not None:
        yield Fault(field=path, reason="must be a local time, without an offset")


def _record_faults(plain: dict[str, Json], expected: Any, fields: Mapping[str, Any], path: str) -> Iterator[Fault]:
    tag = getattr(getattr(expected, "__struct_config__", None), "tag_field", None)
    for name in plain:
        if name not in fields and name != tag:
            yield Fault(field=_under(path, name), reason="is not a known field")
    for name, (kind, required) in fields.items():
        if name in plain:
            yield from _faults(plain[name], kind, _under(path, name))
        elif required:
            yield Fault(field=_under(path, name), reason="is missing")


def _key_faults(key: str, expected: Any, path: str) -> Iterator[Fault]:
    try:
        msgspec.convert(key, typing.get_args(expected)[0], strict=False)
    except msgspec.ValidationError as error:
        yield Fault(field=_under(path, key), reason=f"is not a known key: {error}")


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name

"""Reads JSON into a message and, when it does not fit, says so of every field at once."""

import dataclasses
import types
import typing
from collections.abc import Iterator, Mapping
from datetime import datetime, time
from typing import Any, TypeAlias, TypeVar

import msgspec

from domain.errors import Fault, InvalidValue

Message = TypeVar("Message")
Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


def read(body: bytes, message: type[Message]) -> Message:
    """The message. Raises InvalidValue with a fault for each field that is missing, unknown or not what it must be."""
    try:
        plain = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise InvalidValue(Fault(field="", reason="is not valid JSON")) from None
    return fit(plain, message)


def fit(plain: Json, message: type[Message]) -> Message:
    """Like `read`, for JSON that is decoded already."""
    faults = tuple(_faults(plain, message, ""))
    if faults:
        raise InvalidValue(*faults)
    try:
        return msgspec.convert(plain, message)
    except (msgspec.ValidationError, InvalidValue, ValueError) as error:
        raise InvalidValue(Fault(field="", reason=str(error))) from None


def _faults(plain: Json, expected: Any, path: str) -> Iterator[Fault]:
    """Walks as far down as the types are records; what lies below is msgspec's to judge, field by field."""
    expected = _chosen(plain, expected)
    fields = _fields(expected)
    if fields is not None and isinstance(plain, dict):
        yield from _record_faults(plain, expected, fields, path)
    elif isinstance(plain, list) and (item := _item_type(expected)) is not None:
        for index, value in enumerate(plain):
            yield from _faults(value, item, f"{path}[{index}]")
    elif isinstance(plain, dict) and (item := _value_type(expected)) is not None:
        for key, value in plain.items():
            yield from _key_faults(key, expected, path)
            yield from _faults(value, item, _under(path, key))
    else:
        try:
            value = msgspec.convert(plain, expected)
        except (msgspec.ValidationError, ValueError) as error:
            yield Fault(field=path, reason=str(error))
        else:
            yield from _zone_faults(value, path)


def _zone_faults(value: object, path: str) -> Iterator[Fault]:
    """An instant says where it is meant; a time of day is always local. Neither is told by the type alone."""
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


def _fields(kind: Any) -> Mapping[str, tuple[Any, bool]] | None:
    """Name to type and whether it must be there, of a Struct or dataclass; None for anything else."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return {f.encode_name: (f.type, f.required) for f in msgspec.structs.fields(kind)}
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return {f.name: (hints[f.name], _required(f)) for f in dataclasses.fields(kind)}
    return None


def _required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _item_type(kind: Any) -> Any:
    if typing.get_origin(kind) in {tuple, list, frozenset, set}:
        return typing.get_args(kind)[0]
    return None


def _value_type(kind: Any) -> Any:
    origin = typing.get_origin(kind)
    return typing.get_args(kind)[1] if isinstance(origin, type) and issubclass(origin, Mapping) else None


def _chosen(plain: Json, kind: Any) -> Any:
    """Of a union, the part to walk into: the one record, the record with the tag, or the union itself."""
    if isinstance(kind, type(typing.Annotated[int, ""])):
        return kind
    if typing.get_origin(kind) not in {typing.Union, types.UnionType} or plain is None:
        return kind
    records = [part for part in typing.get_args(kind) if _fields(part) is not None]
    if isinstance(plain, dict) and len(records) > 1:
        tagged = [r for r in records if plain.get(r.__struct_config__.tag_field) == r.__struct_config__.tag]
        return tagged[0] if tagged else kind
    if isinstance(plain, dict) and records:
        return records[0]
    parts = [part for part in typing.get_args(kind) if part is not type(None)]
    return parts[0] if len(parts) == 1 else kind

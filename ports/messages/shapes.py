"""What types are made of, as far as one must know to look at each field of a message."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any

import msgspec


def fields_of(kind: Any) -> Mapping[str, tuple[Any, bool]] | None:
    """Name to type and whether it must be there, of a Struct or dataclass; None for anything else."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return {f.encode_name: (f.type, f.required) for f in msgspec.structs.fields(kind)}
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return {f.name: (hints[f.name], required(f)) for f in dataclasses.fields(kind)}
    return None


def required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def item_type(kind: Any) -> Any:
    if typing.get_origin(kind) in {tuple, list, frozenset, set}:
        return typing.get_args(kind)[0]
    return None


def value_type(kind: Any) -> Any:
    origin = typing.get_origin(kind)
    return typing.get_args(kind)[1] if isinstance(origin, type) and issubclass(origin, Mapping) else None


def chosen(plain: object, kind: Any) -> Any:
    """Of a union, the part to walk into: the one record, the record with the tag, or the union itself."""
    if isinstance(kind, type(typing.Annotated[int, ""])):
        return kind
    if typing.get_origin(kind) not in {typing.Union, types.UnionType} or plain is None:
        return kind
    records = [part for part in typing.get_args(kind) if fields_of(part) is not None]
    if isinstance(plain, dict) and len(records) > 1:
        tagged = [r for r in records if plain.get(r.__struct_config__.tag_field) == r.__struct_config__.tag]
        return tagged[0] if tagged else kind
    if isinstance(plain, dict) and records:
        return records[0]
    parts = [part for part in typing.get_args(kind) if part is not type(None)]
    return parts[0] if len(parts) == 1 else kind

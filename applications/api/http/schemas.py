"""How our messages look in the API's description: just as the reader of bodies takes them, with all their limits."""

import functools
import operator
import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from inspect import cleandoc
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from litestar.openapi.spec import Reference, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition
from msgspec import inspect

from domain.limits import Between, Spelled
from ports.messages.reader import GREATEST_INTEGER

Described: TypeAlias = Schema | Reference
Record: TypeAlias = inspect.StructType | inspect.DataclassType

LOCAL_TIME: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?$"
"""A time of day without an offset, for which JSON Schema has no format."""


class MessageSchemas(OpenAPISchemaPlugin):
    """For Structs and dataclasses, in place of the framework's own reading of them: that one knows neither that unknown
    fields are refused nor the limits of keys, values and items."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        kind = typing.get_origin(field_definition.annotation) or field_definition.annotation
        return is_dataclass(kind) or (isinstance(kind, type) and issubclass(kind, msgspec.Struct))

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: Any) -> Schema:
        kind = field_definition.annotation
        record = typing.cast("Record", inspect.type_info(kind))
        required = [field.encode_name for field in record.fields if field.required]
        tag = getattr(record, "tag_field", None)
        schema: Schema = schema_creator.create_component_schema(
            field_definition, required=sorted([*required, tag] if tag else required), property_fields={}
        )
        hints = field_definition.get_type_hints(include_extras=True, resolve_generics=True)
        schema.properties = {f.encode_name: _property(f, hints[f.name], schema_creator) for f in record.fields}
        if tag:
            schema.properties[tag] = Schema(type=OpenAPIType.STRING, const=typing.cast("Any", record).tag)
        if is_dataclass(typing.get_origin(kind) or kind) or getattr(record, "forbid_unknown_fields", False):
            schema.additional_properties = False
        schema.description = _said_of(kind)
        return schema


def _said_of(kind: Any) -> str | None:
    """Its own docstring, but not the signature that a dataclass without one gets."""
    said = vars(typing.get_origin(kind) or kind).get("__doc__") or ""
    return None if re.match(r"\w+\(", said) else cleandoc(said) or None


def _property(field: inspect.Field, hint: Any, creator: Any) -> Described:
    described = _described(inspect.type_info(_with_limits(hint)), creator)
    if field.required or field.default is msgspec.NODEFAULT:
        return described
    default = msgspec.to_builtins(field.default, str_keys=True)
    if isinstance(described, Reference):
        return Schema(all_of=[described], default=default)
    described.default = default
    return described


def _with_limits(hint: Any) -> Any:
    """The same type, with the domain's limits in the words that msgspec knows."""
    origin: Any = typing.get_origin(hint)
    arguments = typing.get_args(hint)
    if origin is Annotated:
        return Annotated[(_with_limits(arguments[0]), *map(_meta, arguments[1:]))]
    if not arguments or origin is typing.Literal:
        return hint
    told = tuple(part if part is Ellipsis else _with_limits(part) for part in arguments)
    if isinstance(hint, type(int | None)) or origin is typing.Union:
        return functools.reduce(operator.or_, told)
    return origin[told]


def _meta(mark: Any) -> Any:
    if isinstance(mark, Between):
        return msgspec.Meta(ge=mark.least, le=mark.most)
    return msgspec.Meta(pattern=f"^{mark.pattern}$") if isinstance(mark, Spelled) else mark


def _described(kind: inspect.Type, creator: Any) -> Described:
    if isinstance(kind, inspect.Metadata):
        return _described(kind.type, creator)
    known = getattr(kind, "cls", None)
    if known is not None:
        described: Described = creator.for_field_definition(FieldDefinition.from_annotation(known))
        return described
    for family, describe in DESCRIBE.items():
        if isinstance(kind, family):
            return describe(kind, creator)
    raise TypeError(f"no message may hold a {type(kind).__name__}")


def _integer(kind: Any, _: Any) -> Schema:
    """Whole numbers beyond 63 bits are refused: no store keeps them."""
    return Schema(
        type=OpenAPIType.INTEGER,
        minimum=-GREATEST_INTEGER if kind.ge is None else kind.ge,
        maximum=GREATEST_INTEGER if kind.le is None else kind.le,
    )


def _number(kind: Any, _: Any) -> Schema:
    return Schema(type=OpenAPIType.NUMBER, minimum=kind.ge, exclusive_minimum=kind.gt, maximum=kind.le)


def _text(kind: Any, _: Any) -> Schema:
    return Schema(type=OpenAPIType.STRING, min_length=kind.min_length, max_length=kind.max_length, pattern=kind.pattern)


def _list(kind: Any, creator: Any) -> Schema:
    return Schema(
        type=OpenAPIType.ARRAY,
        items=_described(kind.item_type, creator),
        min_items=kind.min_length,
        max_items=kind.max_length,
    )


def _mapping(kind: Any, creator: Any) -> Schema:
    return Schema(
        type=OpenAPIType.OBJECT,
        property_names=_described(kind.key_type, creator),
        additional_properties=_described(kind.value_type, creator),
        max_properties=kind.max_length,
    )


def _union(kind: Any, creator: Any) -> Schema:
    return Schema(one_of=[_described(part, creator) for part in kind.types])


DESCRIBE: Final[Mapping[type[inspect.Type], Callable[[Any, Any], Schema]]] = {
    inspect.NoneType: lambda _, __: Schema(type=OpenAPIType.NULL),
    inspect.BoolType: lambda _, __: Schema(type=OpenAPIType.BOOLEAN),
    inspect.IntType: _integer,
    inspect.FloatType: _number,
    inspect.StrType: _text,
    inspect.DateTimeType: lambda _, __: Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.DATE_TIME),
    inspect.DateType: lambda _, __: Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.DATE),
    inspect.TimeType: lambda _, __: Schema(type=OpenAPIType.STRING, pattern=LOCAL_TIME),
    inspect.CollectionType: _list,
    inspect.DictType: _mapping,
    inspect.UnionType: _union,
}
"""By what a type is told; records and enums are components with names of their own."""

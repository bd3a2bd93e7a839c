"""Limits beside the fields that they bind: whoever checks a value and whoever describes it read the same ones."""

import re
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import TypeAlias

from domain.errors import Fault


@dataclass(frozen=True, slots=True)
class Between:
    """For `Annotated`: the least and the most that a number may be."""

    least: float
    most: float

    def holds(self, value: float) -> bool:
        return self.least <= value <= self.most

    @property
    def reason(self) -> str:
        return f"must lie between {self.least} and {self.most}"


@dataclass(frozen=True, slots=True)
class Spelled:
    """For `Annotated`: what a text must match as a whole, and what that is called, with an example."""

    pattern: str
    called: str

    def holds(self, value: str) -> bool:
        return re.fullmatch(self.pattern, value) is not None

    @property
    def reason(self) -> str:
        return f"must be {self.called}"


Limit: TypeAlias = Between | Spelled


def limit_faults(value: object, field: str) -> Iterator[Fault]:
    """Each field of the dataclass that breaks its limit; what lies in its fields is not looked into."""
    for name, limit in _limits(type(value)).items():
        if not limit.holds(getattr(value, name)):
            yield Fault(field=f"{field}.{name}", reason=limit.reason)


def _limits(kind: type) -> Mapping[str, Limit]:
    hints = typing.get_type_hints(kind, include_extras=True)
    marks = {f.name: getattr(hints[f.name], "__metadata__", ()) for f in fields(kind)}
    return {name: mark for name, found in marks.items() for mark in found if isinstance(mark, Between | Spelled)}

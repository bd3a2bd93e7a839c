"""Life cycles are tables of legal moves; this is the one place that reads them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from domain.errors import IllegalMove

State = TypeVar("State", bound=StrEnum)


def move(table: Mapping[State, frozenset[State]], source: State, target: State) -> State:
    """The target, when `table` has the move. Raises IllegalMove otherwise."""
    if target not in table[source]:
        raise IllegalMove(source, target)
    return target

"""Lists come in pages: a cursor from one page opens the next."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """Items in the list's order. `next` is an opaque cursor; None on the last page."""

    items: tuple[Item, ...]
    next: str | None = None

    def map(self, show: Callable[[Item], Shown]) -> "Page[Shown]":
        return Page(items=tuple(show(item) for item in self.items), next=self.next)

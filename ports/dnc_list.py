"""Numbers that must not be called."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.ids import BrandId
from ports.paging import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class DncEntry:
    """`source` says how it came here: `upload`, or the id of the call in which it was asked for."""

    brand: BrandId
    phone: str
    source: str
    added_at: datetime


class DncList(Protocol):
    """One list a brand."""

    @abstractmethod
    async def add(self, entries: Sequence[DncEntry]) -> int:
        """How many were new; an entry that is there already stays as it is. A batch is one write."""

    @abstractmethod
    async def remove(self, brand: BrandId, phone: str) -> bool:
        """Whether it was there."""

    @abstractmethod
    async def find(self, brand: BrandId, phone: str) -> DncEntry | None: ...

    @abstractmethod
    async def listed(self, brand: BrandId, phones: Sequence[str]) -> frozenset[str]:
        """Those of `phones` that are on the list."""

    @abstractmethod
    async def count(self, brand: BrandId) -> int: ...

    @abstractmethod
    async def page(self, brand: BrandId, *, after: str | None, limit: int) -> Page[DncEntry]:
        """By number."""

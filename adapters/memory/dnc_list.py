"""Numbers that must not be called, in memory."""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Sequence
from itertools import count

from adapters.codec.cursor import read_cursor, write_cursor
from domain.ids import BrandId
from ports.dnc_list import DncEntry, DncList
from ports.paging import Page


class MemoryDncList(DncList):
    """A cursor goes by a place that the number was given once, because no number may stand in a URL."""

    def __init__(self) -> None:
        self._entries: dict[tuple[BrandId, str], DncEntry] = {}
        self._sorted: defaultdict[BrandId, list[str]] = defaultdict(list)
        self._phones: dict[int, str] = {}
        self._places: dict[str, int] = {}
        self._place = count(1)

    async def add(self, entries: Sequence[DncEntry]) -> int:
        return sum(self._add(entry) for entry in entries)

    async def remove(self, brand: BrandId, phone: str) -> bool:
        if self._entries.pop((brand, phone), None) is None:
            return False
        self._sorted[brand].remove(phone)
        return True

    async def find(self, brand: BrandId, phone: str) -> DncEntry | None:
        return self._entries.get((brand, phone))

    async def listed(self, brand: BrandId, phones: Sequence[str]) -> frozenset[str]:
        return frozenset(phone for phone in phones if (brand, phone) in self._entries)

    async def count(self, brand: BrandId) -> int:
        return len(self._sorted[brand])

    async def page(self, brand: BrandId, *, after: str | None, limit: int) -> Page[DncEntry]:
        phones = self._sorted[brand]
        seen = self._phones.get(read_cursor(after)[0], "") if after else ""
        first = bisect_right(phones, seen)
        shown = phones[first : first + limit]
        more = first + limit < len(phones) and shown
        cursor = write_cursor((self._places[shown[-1]], "")) if more else None
        return Page(items=tuple(self._entries[brand, phone] for phone in shown), next=cursor)

    def _add(self, entry: DncEntry) -> bool:
        if (entry.brand, entry.phone) in self._entries:
            return False
        self._entries[entry.brand, entry.phone] = entry
        insort(self._sorted[entry.brand], entry.phone)
        if entry.phone not in self._places:
            place = next(self._place)
            self._places[entry.phone], self._phones[place] = place, entry.phone
        return True

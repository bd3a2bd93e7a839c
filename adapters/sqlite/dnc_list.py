"""Numbers that must not be called, in SQLite."""

import json
from collections.abc import Sequence
from typing import Final

from adapters.codec.cursor import read_cursor, write_cursor
from adapters.codec.documents import decode, encode
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.rows import changed, rows, value
from domain.ids import BrandId
from ports.dnc_list import DncEntry, DncList
from ports.paging import Page

ADD: Final = """
INSERT INTO dnc (brand, phone, listed, doc) VALUES (?, ?, 1, ?)
ON CONFLICT (brand, phone) DO UPDATE SET listed = 1, doc = excluded.doc WHERE listed = 0"""
REMOVE: Final = "UPDATE dnc SET listed = 0, doc = '{}' WHERE brand = ? AND phone = ? AND listed = 1"
FIND: Final = "SELECT doc FROM dnc WHERE brand = ? AND phone = ? AND listed = 1"
LISTED: Final = """
SELECT phone FROM dnc WHERE brand = ? AND listed = 1 AND phone IN (SELECT value FROM json_each(?))"""
COUNT: Final = "SELECT count(*) FROM dnc WHERE brand = ? AND listed = 1"
PAGE: Final = """
SELECT place, doc FROM dnc
WHERE brand = ? AND phone > coalesce((SELECT phone FROM dnc WHERE place = ?), '') AND +listed = 1
ORDER BY phone LIMIT ?"""


class SqliteDncList(DncList):
    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def add(self, entries: Sequence[DncEntry]) -> int:
        rows = [(entry.brand, entry.phone, encode(entry).decode()) for entry in entries]
        return await self._file.write(lambda connection: sum(changed(connection, ADD, row) for row in rows))

    async def remove(self, brand: BrandId, phone: str) -> bool:
        return await self._file.write(lambda connection: changed(connection, REMOVE, (brand, phone)) > 0)

    async def find(self, brand: BrandId, phone: str) -> DncEntry | None:
        text = await self._file.read(lambda connection: value(connection, FIND, (brand, phone)))
        return None if text is None else decode(text, DncEntry)

    async def listed(self, brand: BrandId, phones: Sequence[str]) -> frozenset[str]:
        values = (brand, json.dumps(phones))
        found = await self._file.read(lambda connection: rows(connection, LISTED, values))
        return frozenset(phone for (phone,) in found)

    async def count(self, brand: BrandId) -> int:
        return await self._file.read(lambda connection: int(value(connection, COUNT, (brand,))))

    async def page(self, brand: BrandId, *, after: str | None, limit: int) -> Page[DncEntry]:
        values = (brand, read_cursor(after)[0] if after else 0, limit + 1)
        found = await self._file.read(lambda connection: rows(connection, PAGE, values))
        shown = found[:limit]
        cursor = write_cursor((shown[-1][0], "")) if shown and len(found) > limit else None
        return Page(items=tuple(decode(doc, DncEntry) for _, doc in shown), next=cursor)

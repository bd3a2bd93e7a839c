"""The documents of one table: added once, saved by compare-and-set, found, listed; each call is one operation."""

from typing import Generic

from adapters.codec.documents import Doc, next_version
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.rows import SqlValue
from adapters.sqlite.table import Table, Terms
from domain.ids import BrandId
from ports.paging import Page


class Documents(Generic[Doc]):
    """Rows are made before the write lock is asked for, so that it is held for SQLite's work alone."""

    def __init__(self, file: SqliteFile, table: Table[Doc]) -> None:
        self._file = file
        self._table = table

    async def add(self, doc: Doc) -> Doc:
        """Raises Stale when the id or a unique name is taken."""
        row = self._table.row(doc)
        await self._file.write(lambda connection: self._table.insert(connection, row))
        return doc

    async def save(self, doc: Doc) -> Doc:
        """Stored with its next version. Raises Stale when another write came first, or a unique name is taken."""
        new = next_version(doc)
        row = self._table.row(new)
        await self._file.write(lambda connection: self._table.replace(connection, row))
        return new

    async def remove(self, brand: BrandId, doc_id: str) -> None:
        """Raises NotFound, for another brand's as well."""
        await self._file.write(lambda connection: self._table.delete(connection, doc_id, brand))

    async def get(self, brand: BrandId, doc_id: str) -> Doc:
        """Raises NotFound, for another brand's as well."""
        return await self.one("id = ? AND brand = ?", doc_id, brand)

    async def one(self, where: str, *values: SqlValue) -> Doc:
        """Raises NotFound."""
        return await self._file.read(lambda connection: self._table.one(connection, where, *values))

    async def select(self, where: str, *values: SqlValue) -> list[Doc]:
        """`where` is what follows WHERE: conditions, order and limit."""
        return await self._file.read(lambda connection: self._table.select(connection, where, *values))

    async def newest(self, terms: Terms, *, after: str | None, limit: int, number: str = "created_at") -> Page[Doc]:
        """A page by the column `number` and then the id, from the highest down."""
        return await self._file.read(
            lambda connection: self._table.newest(connection, terms, number, after=after, limit=limit)
        )

    async def by_id(self, terms: Terms, *, after: str | None, limit: int) -> Page[Doc]:
        """A page by id, from the lowest up."""
        return await self._file.read(lambda connection: self._table.by_id(connection, terms, after=after, limit=limit))

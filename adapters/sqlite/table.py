"""One table of documents: its SQL, made once, and what it does on a connection inside somebody's transaction."""
# ruff: noqa: S608  # the SQL is made of this package's own names; every value is bound

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Final, Generic

import apsw

from adapters.codec.cursor import read_cursor, write_cursor
from adapters.codec.documents import Doc, decode, encode
from adapters.sqlite.rows import SqlValue, changed, rows
from ports.errors import NotFound, Stale
from ports.paging import Page

MOST_IN_A_STATEMENT: Final = 400
"""Rows. SQLite takes 32,766 values in one, and its driver keeps no statement that is longer than 16 kB."""

Terms = Sequence[tuple[str, SqlValue]]
"""Conditions such as `("brand = ?", brand)`, all of which must hold; those whose value is None are left out. A `+`
before a column keeps an index from being chosen for it where a sort would follow."""


class Table(Generic[Doc]):
    """`columns` are those that are searched, beside `id`, `brand`, `version` and `doc`."""

    def __init__(self, kind: type[Doc], name: str, columns: Mapping[str, Callable[[Doc], SqlValue]]) -> None:
        self._kind = kind
        self._columns = tuple(columns.values())
        names = ("id", "brand", "version", *columns, "doc")
        self._values = f"({', '.join('?' * len(names))})"
        self.insert_sql = f"INSERT INTO {name} ({', '.join(names)}) VALUES {self._values}"
        self._update = f"UPDATE {name} SET {', '.join(f'{column} = ?' for column in names)}"
        self._update += " WHERE id = ? AND brand = ? AND version = ?"
        self._delete = f"DELETE FROM {name} WHERE id = ? AND brand = ?"
        self._select = f"SELECT doc FROM {name} WHERE "
        self._places = f"SELECT {{number}}, id, doc FROM {name} WHERE "

    def row(self, doc: Doc) -> tuple[SqlValue, ...]:
        """The document's values, in the order in which `insert_sql` wants them."""
        searched = (column(doc) for column in self._columns)
        return (doc.id, doc.brand, doc.version, *searched, encode(doc).decode())

    def insert(self, connection: apsw.Connection, row: tuple[SqlValue, ...]) -> None:
        connection.execute(self.insert_sql, row)

    def insert_new(self, connection: apsw.Connection, rows: Sequence[tuple[SqlValue, ...]]) -> int:
        """Those that break no uniqueness, in order; how many that are. Few statements, each of many rows: between two
        statements a thread that computes may keep this one waiting, with the write lock held."""
        added = 0
        for at in range(0, len(rows), MOST_IN_A_STATEMENT):
            some = rows[at : at + MOST_IN_A_STATEMENT]
            sql = f"{self.insert_sql}{f', {self._values}' * (len(some) - 1)} ON CONFLICT DO NOTHING"
            added += changed(connection, sql, tuple(chain.from_iterable(some)))
        return added

    def replace(self, connection: apsw.Connection, row: tuple[SqlValue, ...]) -> None:
        """`row` is of the next version. Raises Stale when the stored one is not of the version before it."""
        doc_id, brand, version, *_ = row
        assert isinstance(version, int)  # noqa: S101  # told to the type checker: it is the third of every row
        if not changed(connection, self._update, (*row, doc_id, brand, version - 1)):
            raise Stale("another write came first")

    def delete(self, connection: apsw.Connection, doc_id: str, brand: str) -> None:
        """Raises NotFound."""
        if not changed(connection, self._delete, (doc_id, brand)):
            raise NotFound("no such document")

    def one(self, connection: apsw.Connection, where: str, *values: SqlValue) -> Doc:
        """Raises NotFound."""
        for doc in self.select(connection, where, *values):
            return doc
        raise NotFound("no such document")

    def select(self, connection: apsw.Connection, where: str, *values: SqlValue) -> list[Doc]:
        """`where` is what follows WHERE: conditions, order and limit."""
        return [self.read(text) for (text,) in rows(connection, self._select + where, values)]

    def newest(
        self, connection: apsw.Connection, terms: Terms, number: str, *, after: str | None, limit: int
    ) -> Page[Doc]:
        """A page by the column `number` and then the id, from the highest down."""
        where, values = _conditions(terms)
        sql = self._places.format(number=number) + where
        if after is not None:
            sql, values = f"{sql} AND ({number}, id) < (?, ?)", (*values, *read_cursor(after))
        return self._page(connection, f"{sql} ORDER BY {number} DESC, id DESC LIMIT ?", values, limit)

    def by_id(self, connection: apsw.Connection, terms: Terms, *, after: str | None, limit: int) -> Page[Doc]:
        """A page by id, from the lowest up."""
        where, values = _conditions(terms)
        sql = self._places.format(number=0) + where
        if after is not None:
            sql, values = f"{sql} AND id > ?", (*values, read_cursor(after)[1])
        return self._page(connection, f"{sql} ORDER BY id LIMIT ?", values, limit)

    def read(self, text: str) -> Doc:
        return decode(text, self._kind)

    def _page(self, connection: apsw.Connection, sql: str, values: tuple[SqlValue, ...], limit: int) -> Page[Doc]:
        found = rows(connection, sql, (*values, limit + 1))
        shown = found[:limit]
        cursor = write_cursor((shown[-1][0], shown[-1][1])) if shown and len(found) > limit else None
        return Page(items=tuple(self.read(text) for _, _, text in shown), next=cursor)


def _conditions(terms: Terms) -> tuple[str, tuple[SqlValue, ...]]:
    held = [(sql, value) for sql, value in terms if value is not None]
    return " AND ".join(sql for sql, _ in held), tuple(value for _, value in held)

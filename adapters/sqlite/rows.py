"""Reading what SQLite answers: rows, one value, counts by name, how many rows changed."""

from collections.abc import Mapping
from typing import Any

import apsw

SqlValue = str | int | float | None
Values = tuple[SqlValue, ...] | Mapping[str, SqlValue]


def rows(connection: apsw.Connection, sql: str, values: Values = ()) -> list[tuple[Any, ...]]:
    """All of them: a statement that is not read to its end would keep its transaction open."""
    return connection.execute(sql, values).fetchall()


def value(connection: apsw.Connection, sql: str, values: Values = ()) -> Any:
    """The first column of the first row; None when there is none."""
    found = rows(connection, sql, values)
    return found[0][0] if found else None


def tally(connection: apsw.Connection, sql: str, values: Values) -> dict[str, int]:
    """Rows of a name and a count."""
    return dict(rows(connection, sql, values))


def changed(connection: apsw.Connection, sql: str, values: Values) -> int:
    connection.execute(sql, values)
    return connection.changes()

"""The log of events, in SQLite."""

from collections.abc import Sequence
from typing import Final

import apsw

from adapters.codec.documents import decode, encode
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.rows import rows, value
from domain.event import Event, LoggedEvent
from domain.ids import BrandId
from ports.event_log import EventLog

APPEND: Final = "INSERT INTO events (id, brand, doc) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING"
LOGGED: Final = "SELECT position, doc FROM events WHERE id = ?"
READ: Final = "SELECT position, doc FROM events WHERE brand = ? AND position > ? ORDER BY position LIMIT ?"
LAST: Final = "SELECT coalesce(max(position), 0) FROM events"


class SqliteEventLog(EventLog):
    """Positions are given under the write lock, so they grow in the order in which they can be seen."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def append(self, events: Sequence[Event]) -> Sequence[LoggedEvent]:
        rows = [(event.id, event.brand, encode(event).decode()) for event in events]

        def append(connection: apsw.Connection) -> list[LoggedEvent]:
            logged = []
            for row in rows:
                connection.execute(APPEND, row)
                logged.extend(_logged(connection, LOGGED, row[:1]))
            return logged

        return await self._file.write(append)

    async def read(self, brand: BrandId, *, after: int, limit: int) -> Sequence[LoggedEvent]:
        return await self._file.read(lambda connection: _logged(connection, READ, (brand, after, limit)))

    async def last_position(self) -> int:
        return await self._file.read(lambda connection: int(value(connection, LAST)))


def _logged(connection: apsw.Connection, sql: str, values: tuple[str | int, ...]) -> list[LoggedEvent]:
    found = rows(connection, sql, values)
    return [LoggedEvent(position=position, event=decode(doc, Event)) for position, doc in found]

"""Shares of limited things, in SQLite."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import apsw

from adapters.codec.instants import micros
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.rows import tally, value
from ports.allotments import Allotments
from ports.clock import Clock

CLEAR: Final = "DELETE FROM allotments WHERE name = ? AND (until <= ? OR holder = ?)"
OTHERS: Final = "SELECT coalesce(sum(units), 0) FROM allotments WHERE name = ?"
PUT: Final = "INSERT INTO allotments (name, holder, units, until) VALUES (?, ?, ?, ?)"
HELD: Final = "SELECT holder, units FROM allotments WHERE name = ? AND until > ?"


class SqliteAllotments(Allotments):
    def __init__(self, file: SqliteFile, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    async def hold(self, name: str, holder: str, *, units: int, limit: int, seconds: float) -> int:
        now = self._clock.now()
        until = micros(now + timedelta(seconds=seconds))

        def hold(connection: apsw.Connection) -> int:
            connection.execute(CLEAR, (name, micros(now), holder))
            others = int(value(connection, OTHERS, (name,)))
            granted = max(0, min(units, limit - others))
            if granted:
                connection.execute(PUT, (name, holder, granted, until))
            return granted

        return await self._file.write(hold)

    async def held(self, name: str) -> Mapping[str, int]:
        values = (name, micros(self._clock.now()))
        return await self._file.read(lambda connection: tally(connection, HELD, values))

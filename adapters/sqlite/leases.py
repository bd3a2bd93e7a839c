"""Holds on named things, in SQLite."""

from datetime import timedelta
from typing import Final

import apsw

from adapters.codec.instants import instant, micros
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.rows import changed, rows
from domain.lease import Lease
from ports.clock import Clock
from ports.leases import Leases

LAST: Final = "SELECT holder, until, fence FROM leases WHERE name = ?"
PUT: Final = "INSERT OR REPLACE INTO leases (name, holder, until, fence) VALUES (?, ?, ?, ?)"
RELEASE: Final = "UPDATE leases SET until = ? WHERE name = ? AND holder = ? AND fence = ? AND until > ?"


class SqliteLeases(Leases):
    """The time is read before the write lock is asked for: a lease may seem to run a little longer, never shorter."""

    def __init__(self, file: SqliteFile, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    async def acquire(self, name: str, holder: str, seconds: float) -> Lease | None:
        now = self._clock.now()

        def acquire(connection: apsw.Connection) -> Lease | None:
            last = _last(connection, name)
            runs = last is not None and last.runs_at(now)
            if last and runs and last.holder != holder:
                return None
            fence = (last.fence if last else 0) + (not runs)
            connection.execute(PUT, (name, holder, micros(now + timedelta(seconds=seconds)), fence))
            return _last(connection, name)

        return await self._file.write(acquire)

    async def release(self, name: str, lease: Lease) -> None:
        now = micros(self._clock.now())

        values = (now, name, lease.holder, lease.fence, now)
        await self._file.write(lambda connection: changed(connection, RELEASE, values))

    async def holder(self, name: str) -> Lease | None:
        last = await self._file.read(lambda connection: _last(connection, name))
        return last if last and last.runs_at(self._clock.now()) else None


def _last(connection: apsw.Connection, name: str) -> Lease | None:
    """The latest hold, over or not."""
    for holder, until, fence in rows(connection, LAST, (name,)):
        return Lease(holder=holder, until=instant(until), fence=fence)
    return None

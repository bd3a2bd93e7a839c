"""Connections to the file, with the settings that CXB's promises rest on."""

import time
from pathlib import Path
from typing import Final

import apsw

from ports.errors import Unavailable

OLDEST_SQLITE: Final = (3, 51, 3)
"""Before it, two connections that checkpoint at once could lose commits (sqlite.org/wal.html#walresetbug)."""

BUSY_SLEEP: Final = 0.0003
"""Seconds between asking for the write lock: with SQLite's own back-off one process can starve the others."""

BUSY_TRIES: Final = 40_000
"""About fifteen seconds; no writer of CXB's holds the lock for longer than a batch takes."""


FULL: Final = "FULL"
"""Synced at each commit. Anything less may lose what was promised when the power fails."""


def connect(path: Path, *, query_only: bool, synchronous: str = FULL, vfs: str | None = None) -> apsw.Connection:
    """Durable at each commit: write-ahead log, synced in full. `vfs` names what SQLite writes by, its own by default;
    tests record by one, and show with less than FULL that they would see a loss."""
    if tuple(map(int, apsw.sqlite_lib_version().split("."))) < OLDEST_SQLITE:
        raise Unavailable(f"SQLite {apsw.sqlite_lib_version()} can lose commits; 3.51.3 or later is needed")
    connection = apsw.Connection(str(path), vfs=vfs)
    connection.set_busy_handler(_wait)
    _use_write_ahead_log(connection)
    connection.execute(f"PRAGMA synchronous={synchronous}; PRAGMA temp_store=MEMORY; PRAGMA fullfsync=1")
    if query_only:
        connection.execute("PRAGMA cache_size=-16384; PRAGMA query_only=1")
    else:
        connection.execute("PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=4000; PRAGMA checkpoint_fullfsync=1")
    return connection


def _wait(earlier: int) -> bool:
    time.sleep(BUSY_SLEEP)
    return earlier < BUSY_TRIES


def _use_write_ahead_log(connection: apsw.Connection) -> None:
    """SQLite does not ask the busy handler here when two processes make the file at once."""
    for _ in range(BUSY_TRIES):
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchall()
        except apsw.BusyError:
            time.sleep(BUSY_SLEEP)
        else:
            return
    raise Unavailable("sqlite: the file is locked")

"""The one SQLite file that holds all documents of a deployment on one machine."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Final

import apsw

from adapters.sqlite import threads
from adapters.sqlite.connection import FULL, connect
from adapters.sqlite.errors import sqlite_errors
from adapters.sqlite.jobs import Answer, Jobs, Operation
from adapters.sqlite.schema import migrate

READERS: Final = 2


class SqliteFile:
    """Opened by several processes at once, in each by one of these. Operations run on its threads."""

    def __init__(self, path: Path, *, synchronous: str = FULL, vfs: str | None = None) -> None:
        self._path = path
        self._connect_as = partial(connect, path, synchronous=synchronous, vfs=vfs)
        self._writes = Jobs(taken=False)
        self._reads = Jobs(taken=False)
        self._threads: list[Thread] = []

    async def open(self) -> None:
        """Makes the file and its tables if need be. Raises Unavailable, and Refused for a newer release's file."""
        with sqlite_errors():
            writer, *readers = await asyncio.to_thread(self._connect)
        self._writes, self._reads = Jobs(), Jobs()
        self._start(threads.write, "sqlite-writer", writer, self._writes)
        for reader in readers:
            self._start(threads.read, "sqlite-reader", reader, self._reads)

    async def aclose(self) -> None:
        """What was asked before is done first. Closing it twice is closing it once."""
        self._reads.close()
        self._writes.close()
        while self._threads:
            await asyncio.to_thread(self._threads.pop().join)

    async def write(self, operation: Operation[Answer]) -> Answer:
        """What the operation returns, once it is durable. It runs in a transaction, with the write lock held; what
        it raises undoes it. Raises Unavailable when the disk is full or the file cannot be written."""
        with sqlite_errors():
            return await self._writes.ask(operation)

    async def read(self, operation: Operation[Answer]) -> Answer:
        """What the operation returns, seeing one state of the file: all that was durable when it began."""
        with sqlite_errors():
            return await self._reads.ask(operation)

    def _connect(self) -> list[apsw.Connection]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        writer = self._connect_as(query_only=False)
        migrate(writer)
        return [writer, *(self._connect_as(query_only=True) for _ in range(READERS))]

    def _start(
        self, run: Callable[[apsw.Connection, Jobs], None], name: str, connection: apsw.Connection, jobs: Jobs
    ) -> None:
        thread = Thread(target=run, name=name, args=(connection, jobs), daemon=True)
        thread.start()
        self._threads.append(thread)

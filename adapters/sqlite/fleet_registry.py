"""The Cores that CXB knows, in SQLite."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import apsw

from adapters.codec.documents import decode, encode
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.rows import changed, rows, value
from domain.ids import ServerId
from domain.routing.fleet import CoreServer
from ports.errors import NotFound, Stale
from ports.fleet_registry import FleetRegistry

VERSION: Final = "SELECT version FROM servers WHERE id = ?"
PUT: Final = "INSERT OR REPLACE INTO servers (id, version, doc) VALUES (?, ?, ?)"
GET: Final = "SELECT doc FROM servers WHERE id = ?"
REMOVE: Final = "DELETE FROM servers WHERE id = ?"
ALL: Final = "SELECT doc FROM servers ORDER BY id"


class SqliteFleetRegistry(FleetRegistry):
    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def put(self, server: CoreServer) -> CoreServer:
        new = replace(server, version=server.version + 1)
        row = (new.id, new.version, encode(new).decode())

        def put(connection: apsw.Connection) -> None:
            if server.version != (value(connection, VERSION, (server.id,)) or 0):
                raise Stale("another write came first")
            connection.execute(PUT, row)

        await self._file.write(put)
        return new

    async def get(self, server_id: ServerId) -> CoreServer:
        text = await self._file.read(lambda connection: value(connection, GET, (server_id,)))
        if text is None:
            raise NotFound("no such server")
        return decode(text, CoreServer)

    async def remove(self, server_id: ServerId) -> bool:
        return await self._file.write(lambda connection: changed(connection, REMOVE, (server_id,)) > 0)

    async def all(self) -> Sequence[CoreServer]:
        found = await self._file.read(lambda connection: rows(connection, ALL))
        return [decode(doc, CoreServer) for (doc,) in found]

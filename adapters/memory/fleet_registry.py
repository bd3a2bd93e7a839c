"""The Cores that CXB knows, in memory."""

from collections.abc import Sequence
from dataclasses import replace

from domain.ids import ServerId
from domain.routing.fleet import CoreServer
from ports.errors import NotFound, Stale
from ports.fleet_registry import FleetRegistry


class MemoryFleetRegistry(FleetRegistry):
    def __init__(self) -> None:
        self._servers: dict[ServerId, CoreServer] = {}

    async def put(self, server: CoreServer) -> CoreServer:
        known = self._servers.get(server.id)
        if server.version != (known.version if known else 0):
            raise Stale("another write came first")
        self._servers[server.id] = replace(server, version=server.version + 1)
        return self._servers[server.id]

    async def get(self, server_id: ServerId) -> CoreServer:
        if server_id not in self._servers:
            raise NotFound("no such server")
        return self._servers[server_id]

    async def remove(self, server_id: ServerId) -> bool:
        return self._servers.pop(server_id, None) is not None

    async def all(self) -> Sequence[CoreServer]:
        return [self._servers[server_id] for server_id in sorted(self._servers)]

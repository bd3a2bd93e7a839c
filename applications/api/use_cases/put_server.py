"""Adds a Core to the fleet, or changes where it is and how much it is given."""

from dataclasses import dataclass, replace

from applications.api.rewrite import TRIES
from applications.api.web_address import require_web_address
from domain.ids import ServerId
from domain.routing.fleet import CoreServer
from ports.errors import NotFound, Stale
from ports.fleet_registry import FleetRegistry


@dataclass(frozen=True, slots=True, kw_only=True)
class PutServer:
    """A new one takes calls once it has answered a health check."""

    fleet: FleetRegistry

    async def __call__(self, server_id: ServerId, *, url: str, region: str, weight: float) -> CoreServer:
        """Raises InvalidValue for what is no address, Stale when others keep changing it."""
        require_web_address(url, "url")
        for _ in range(TRIES):
            known = await self._known(server_id, url)
            try:
                return await self.fleet.put(replace(known, url=url, region=region, weight=weight))
            except Stale:
                continue  # its health check came in between
        raise Stale("others kept writing first")

    async def _known(self, server_id: ServerId, url: str) -> CoreServer:
        try:
            return await self.fleet.get(server_id)
        except NotFound:
            return CoreServer(id=server_id, url=url)

"""An operator ends a call that a Core has, whether it still rings or is talked in."""

from dataclasses import dataclass

import structlog

from domain.calls.call import CallState
from domain.errors import RuleBroken
from domain.ids import BrandId, CallId, ServerId, UserId
from ports.call_store import CallStore
from ports.core_gateway import CoreGateway
from ports.errors import NotFound, Unavailable
from ports.fleet_registry import FleetRegistry
from ports.rooms import Rooms

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCall:
    """By its Core, so that the result says who ended it; by closing its room where the Core does not answer."""

    calls: CallStore
    fleet: FleetRegistry
    cores: CoreGateway
    rooms: Rooms

    async def __call__(self, brand: BrandId, call_id: CallId, *, by: UserId) -> None:
        """Raises NotFound, RuleBroken for a call that no Core has now, Unavailable when nobody can end it now."""
        call = await self.calls.get(brand, call_id)
        if call.state is CallState.ENDED or call.server_id is None:
            raise RuleBroken("no Core has this call")
        await self._end(call.id, call.server_id)
        log.info("call_ended_by_operator", call_id=call_id, user_id=by)

    async def _end(self, call_id: CallId, server_id: ServerId) -> None:
        try:
            server = await self.fleet.get(server_id)
            await self.cores.end(server.url, call_id)
        except (NotFound, Unavailable):
            await self.rooms.close(call_id)

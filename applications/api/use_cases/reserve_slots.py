"""Gives a Dialler its block of Core slots, spread over the fleet."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.ids import ServerId
from domain.routing.fleet import CoreServer, ServerState, spread
from domain.routing.shares import slots_of
from ports.allotments import Allotments
from ports.fleet_registry import FleetRegistry
from ports.messages.fleet import Grant, Reservation, ReservationRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveSlots:
    """Asking again replaces the block: a smaller one gives back, none at all gives back everything."""

    fleet: FleetRegistry
    allotments: Allotments

    async def __call__(self, request: ReservationRequest) -> Reservation:
        servers = await self.fleet.all()
        held = {server.id: await self.allotments.held(slots_of(server.id)) for server in servers}
        mine = {id_: shares.get(request.holder, 0) for id_, shares in held.items()}
        others = {id_: sum(shares.values()) - mine[id_] for id_, shares in held.items()}
        block = spread(servers, others, mine, request.slots)
        grants = [await self._hold(server, block, mine, request) for server in servers]
        cores = sum(1 for server in servers if server.state is ServerState.HEALTHY)
        return Reservation(grants=tuple(grant for grant in grants if grant.slots > 0), cores=cores)

    async def _hold(
        self,
        server: CoreServer,
        block: Mapping[ServerId, int],
        mine: Mapping[ServerId, int],
        request: ReservationRequest,
    ) -> Grant:
        units = block.get(server.id, 0)
        if units or mine[server.id]:
            units = await self.allotments.hold(
                slots_of(server.id), request.holder, units=units, limit=server.capacity, seconds=request.seconds
            )
        return Grant(server_id=server.id, url=server.url, slots=units)

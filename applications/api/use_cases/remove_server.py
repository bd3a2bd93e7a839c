"""Takes a Core out of the fleet."""

from dataclasses import dataclass

from domain.errors import RuleBroken
from domain.ids import ServerId
from ports.call_store import CallStore
from ports.errors import NotFound
from ports.fleet_registry import FleetRegistry


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveServer:
    """Only without calls: those of a Core that nobody watches would never come to an end."""

    fleet: FleetRegistry
    calls: CallStore

    async def __call__(self, server_id: ServerId) -> None:
        """Raises NotFound, RuleBroken while it has live calls."""
        await self.fleet.get(server_id)
        live = len(await self.calls.live_on(server_id))
        if live:
            raise RuleBroken(f"it has {live} live calls; let it drain first")
        if not await self.fleet.remove(server_id):
            raise NotFound("it was removed by somebody else")

"""Gives a new deployment something to call with: the simulated carrier's trunk, and the Core beside us."""

from dataclasses import dataclass
from typing import Final

import structlog

from domain.ids import DEFAULT_BRAND, ServerId
from domain.routing.fleet import CoreServer
from domain.routing.trunk import SIMULATED_TRUNK, CarrierKind, Trunk
from ports.errors import Stale
from ports.fleet_registry import FleetRegistry
from ports.settings import Settings
from ports.trunk_store import TrunkStore

SIMULATED: Final = Trunk(
    id=SIMULATED_TRUNK,
    brand=DEFAULT_BRAND,
    name="Simulated carrier",
    carrier=CarrierKind.SIMULATED,
    channels=100,
    calls_per_second=20.0,
    priority=100,
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedRouting:
    """Only into empty lists: what there is stays as an operator has made it."""

    trunks: TrunkStore
    fleet: FleetRegistry
    settings: Settings

    async def __call__(self) -> None:
        try:
            if not await self.trunks.all(DEFAULT_BRAND):
                await self.trunks.add(SIMULATED)
                log.info("trunk_seeded", trunk_id=SIMULATED.id)
            if not await self.fleet.all():
                await self.fleet.put(CoreServer(id=ServerId(self.settings.server_id), url=self.settings.core_url))
                log.info("core_seeded", server_id=self.settings.server_id)
        except Stale:
            return  # another process has just done it

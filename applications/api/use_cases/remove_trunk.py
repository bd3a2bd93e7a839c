"""Removes a SIP trunk that nobody uses."""

from dataclasses import dataclass
from typing import Final

import structlog

from applications.api.use_cases.keep_trunks_in_step import KeepTrunksInStep
from domain.errors import RuleBroken
from domain.ids import BrandId, TrunkId
from domain.routing.shares import channels_of
from domain.routing.trunk import CarrierKind, Trunk
from ports.allotments import Allotments
from ports.did_store import DidStore
from ports.trunk_store import TrunkStore

HOLDER: Final = "removal"
SECONDS: Final = 30.0
"""Longer than whoever has read the trunk a moment ago takes to ask for a channel."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTrunk:
    """All its channels are taken first: who gets them all knows that no call has one, and that none will."""

    trunks: TrunkStore
    dids: DidStore
    allotments: Allotments
    in_step: KeepTrunksInStep

    async def __call__(self, brand: BrandId, trunk_id: TrunkId) -> None:
        """Raises NotFound; RuleBroken while calls or Diallers hold its channels, while DIDs name it, and for the
        simulated carrier's: a start without any trunk would bring that one back."""
        trunk = await self.trunks.get(brand, trunk_id)
        if trunk.carrier is CarrierKind.SIMULATED:
            raise RuleBroken("the simulated trunk stays; it may be disabled")
        named = sum(did.trunk_id == trunk.id for did in await self.dids.all(brand))
        if named:
            raise RuleBroken(f"{named} DIDs may be called by this trunk only")
        if await self._hold(trunk, trunk.channels) < trunk.channels:
            await self._hold(trunk, 0)
            raise RuleBroken("channels are in use: disable it, wait until none is held, and ask again")
        await self.trunks.remove(brand, trunk.id)
        await self.in_step.at_once()
        log.info("trunk_removed", trunk_id=trunk.id)

    async def _hold(self, trunk: Trunk, units: int) -> int:
        return await self.allotments.hold(
            channels_of(trunk.id), HOLDER, units=units, limit=trunk.channels, seconds=SECONDS
        )

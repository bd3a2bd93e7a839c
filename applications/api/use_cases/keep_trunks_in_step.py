"""Keeps the media server's copy of trunks and DIDs as CXB has them, whoever changed which."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from applications.api.use_cases.list_mirrored import ListMirrored
from ports.clock import Clock
from ports.errors import PortError
from ports.ids import Ids
from ports.leases import Leases
from ports.trunk_mirror import Difference, TrunkMirror

EVERY_SECONDS: Final = 10.0

AT_ONCE: Final = 3.0
"""Seconds that whoever has changed something waits for the media server."""

LEASE: Final = "trunk_mirror"
LEASE_SECONDS: Final = 10.0
ASK_AGAIN: Final = 0.05

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepTrunksInStep:
    """One API at a time mends, and reads only then what there is: so the last one has seen every change. Should a lease
    run out under a slow one, two may make the same thing twice, which the next look takes away."""

    mirrored: ListMirrored
    trunk_mirror: TrunkMirror
    leases: Leases
    ids: Ids
    clock: Clock

    async def __call__(self) -> int:
        """How many differences it found. Each is said: one that comes again and again has a second author."""
        found = await self._mend()
        for one in found:
            log.warning("trunk_out_of_step", trunk_id=one.trunk_id, copy=one.copy.value, drift=one.drift.value)
        return len(found)

    async def at_once(self) -> None:
        """After a change here: returns when the media server has it, or does not take it in time. Then the change is
        made all the same, and the next look mends."""
        try:
            async with asyncio.timeout(AT_ONCE):
                await self._mend()
        except (PortError, TimeoutError) as error:
            log.warning("trunks_mirrored_later", error=type(error).__name__)

    async def _mend(self) -> Sequence[Difference]:
        holder = self.ids.new("mirror")
        while (lease := await self.leases.acquire(LEASE, holder, LEASE_SECONDS)) is None:
            await self.clock.sleep(ASK_AGAIN)
        try:
            return await self.trunk_mirror.mend(await self.mirrored())
        finally:
            await self.leases.release(LEASE, lease)

"""Keeps the media server's copy of trunks and DIDs as CXB has them, whoever changed which."""

from dataclasses import dataclass
from typing import Final

import structlog

from applications.api.use_cases.list_mirrored import ListMirrored
from ports.trunk_mirror import TrunkMirror

EVERY_SECONDS: Final = 10.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepTrunksInStep:
    """Each difference is said: one that comes again and again has a second author."""

    mirrored: ListMirrored
    trunk_mirror: TrunkMirror

    async def __call__(self) -> int:
        """How many differences it found."""
        found = await self.trunk_mirror.mend(await self.mirrored())
        for one in found:
            log.warning("trunk_out_of_step", trunk_id=one.trunk_id, copy=one.copy.value, drift=one.drift.value)
        return len(found)

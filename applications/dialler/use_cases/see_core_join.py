"""Sees to it that a Core really comes into the call that it took, and ends the leg when it was lost before it could."""

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog

from applications.dialler.core_slots import Seat
from domain.calls.call import Call, CallState
from ports.call_store import CallStore
from ports.clock import Clock
from ports.core_gateway import CoreGateway
from ports.errors import PortError
from ports.rooms import Rooms

PAUSE: Final = 0.3
ANSWER_SECONDS: Final = 0.8
MISSES: Final = 2
"""Health checks in a row that a Core may leave unanswered: two are over well within the three seconds that its leg
may outlive it, whether it is dead or hangs."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeCoreJoin:
    """A call that a Core has said to be in is for the API to watch over; before that, only its Dialler can miss it."""

    calls: CallStore
    cores: CoreGateway
    rooms: Rooms
    clock: Clock

    async def __call__(self, call: Call, seat: Seat) -> None:
        """Returns once somebody is there, or the leg has been ended. As a rule a Core has said so before anybody asks
        it how it is; one that lives and says nothing may only not reach the API."""
        missed = 0
        while not await self._has_joined(call):
            await self.clock.sleep(PAUSE)
            missed = 0 if await self._lives(seat) else missed + 1
            if missed == MISSES:
                log.warning("core_lost_before_it_joined", server_id=seat.server_id)
                await self.rooms.close(call.id)
                return

    async def _has_joined(self, call: Call) -> bool:
        return (await self.calls.get(call.brand, call.id)).state is not CallState.PLANNED

    async def _lives(self, seat: Seat) -> bool:
        """Whether it is the life of the Core that took the call."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return (await self.cores.health(seat.url)).run == seat.run
        except (PortError, TimeoutError):
            return False

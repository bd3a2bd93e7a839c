"""Sees to it that a Core really comes into the call that it took, and ends the leg when it was lost before it could."""

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

JOIN_SECONDS: Final = 2.0
"""How long a Core may take to say that it is in the call; as a rule it has said so before its first order."""

PAUSE: Final = 0.2

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeCoreJoin:
    """A call that a Core has said to be in is for the API to watch over; before that, only its Dialler can miss it."""

    calls: CallStore
    cores: CoreGateway
    rooms: Rooms
    clock: Clock

    async def __call__(self, call: Call, seat: Seat) -> None:
        """Returns once somebody is there, or the leg has been ended."""
        if not (await self._has_joined(call) or await self._lives(seat)):
            log.warning("core_lost_before_it_joined", server_id=seat.server_id)
            await self.rooms.close(call.id)

    async def _has_joined(self, call: Call) -> bool:
        give_up_at = self.clock.monotonic() + JOIN_SECONDS
        while (await self.calls.get(call.brand, call.id)).state is CallState.PLANNED:
            if self.clock.monotonic() >= give_up_at:
                return False
            await self.clock.sleep(PAUSE)
        return True

    async def _lives(self, seat: Seat) -> bool:
        """Whether it is the life of the Core that took the call: its word may only not have reached the API."""
        try:
            return (await self.cores.health(seat.url)).run == seat.run
        except PortError:
            return False

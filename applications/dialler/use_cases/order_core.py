"""Tells a Core what to do in a call, and ends the leg when that Core turns out to be lost."""

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog

from applications.dialler.core_slots import Seat
from domain.calls.call import Call
from ports.clock import Clock
from ports.core_gateway import CoreGateway
from ports.errors import NotFound, Unavailable
from ports.messages.core import Order
from ports.rooms import Rooms

ORDER_SECONDS: Final = 2.0
"""How long a Core is asked to take an order: a callee waits meanwhile."""

PAUSE: Final = 0.2

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCore:
    """The result comes by itself, whatever became of the order."""

    cores: CoreGateway
    rooms: Rooms
    clock: Clock

    async def __call__(self, call: Call, seat: Seat, order: Order) -> None:
        """One that does not answer is asked again. One that has no such call is done with it, or was lost and is back
        without it: either way nobody of ours is there, and the leg ends."""
        log.info("ordering", order=type(order).__name__, server_id=seat.server_id)
        try:
            async with asyncio.timeout(ORDER_SECONDS):
                await self._until_taken(call, seat, order)
        except (TimeoutError, NotFound):
            await self.rooms.close(call.id)

    async def _until_taken(self, call: Call, seat: Seat, order: Order) -> None:
        while True:
            try:
                return await self.cores.order(seat.url, call.id, order)
            except Unavailable:
                await self.clock.sleep(PAUSE)

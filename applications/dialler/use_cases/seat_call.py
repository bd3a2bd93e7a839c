"""Finds a Core for an answered call and attaches it, inside the budget that the law of abandoned calls leaves."""

import asyncio
from dataclasses import dataclass, replace
from typing import Final

import structlog

from applications.dialler.core_slots import CoreSlots, Seat
from domain.calls.call import Call
from domain.calls.room import CALLEE, CORE, TARGET
from domain.measures import ANSWER_TO_ATTACH
from ports.clock import Clock
from ports.core_gateway import CoreGateway
from ports.errors import PortError
from ports.messages.core import Attach
from ports.metrics import UNMEASURED, Metrics
from ports.rooms import Rooms
from ports.tracing import UNTRACED, Tracing

BUDGET: Final = 2.0
"""Seconds from the answer until a Core must be there (FTC TSR 310.4(b)(4), FCC 64.1200(a)(7))."""

PAUSE: Final = 0.1

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatCall:
    """The Core hears and records from the first moment, and says nothing until it is ordered to."""

    slots: CoreSlots
    cores: CoreGateway
    rooms: Rooms
    clock: Clock
    metrics: Metrics = UNMEASURED
    tracing: Tracing = UNTRACED

    async def __call__(self, call: Call) -> Seat | None:
        """The seat that was taken; None when no Core took the call in time."""
        began = self.clock.monotonic()
        try:
            with self.tracing.span("attach"):
                async with asyncio.timeout(BUDGET):
                    seat = await self._first_that_takes_it(call)
        except (TimeoutError, PortError):
            return None
        seconds = self.clock.monotonic() - began
        self.metrics.observe(ANSWER_TO_ATTACH, seconds)
        log.info("core_attached", server_id=seat.server_id, message_only=seat.message_only, seconds=round(seconds, 3))
        return seat

    async def _first_that_takes_it(self, call: Call) -> Seat:
        hears = frozenset({CALLEE, TARGET})
        invitation = await self.rooms.invite(call.id, CORE, hears=hears, heard_by=hears)
        while True:
            for seat in self.slots.seats():
                request = Attach(
                    call_id=call.id,
                    brand=call.brand,
                    bot_id=call.bot_id,
                    invitation=invitation,
                    message_only=seat.message_only,
                )
                self.slots.take(call.id, seat)
                try:
                    accepted = await self.cores.take(seat.url, request)
                except PortError:
                    self.slots.give_back(call.id)
                    continue
                return replace(seat, run=accepted.run)
            await self.clock.sleep(PAUSE)

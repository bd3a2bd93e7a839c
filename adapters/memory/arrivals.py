"""Calls that come in: each rings in a room of its own while the API decides who gets it."""

import asyncio
from typing import Final

import structlog

from adapters.memory.rooms import MemoryRooms
from adapters.memory.telephony import MemoryTelephony
from domain.ids import CallId
from ports.carrier import Carrier, Incoming
from ports.carrier_desk import CarrierDesk
from ports.clock import Clock
from ports.errors import Busy, PortError, Unavailable
from ports.ids import Ids
from ports.messages.inbound import Arrived, Received

ASK_AGAIN: Final = (0.2, 0.5, 1.0)
"""Seconds between asking an API that does not answer, or has no time: a caller hears it ring meanwhile."""

log = structlog.get_logger()


class Arrivals:
    """Whoever is wanted is answered by the Core that the API found; whoever is not gets the busy tone."""

    def __init__(
        self, rooms: MemoryRooms, telephony: MemoryTelephony, desk: CarrierDesk, ids: Ids, clock: Clock
    ) -> None:
        self._rooms = rooms
        self._telephony = telephony
        self._desk = desk
        self._ids = ids
        self._clock = clock

    async def run(self, carrier: Carrier) -> None:
        """For as long as the carrier brings somebody."""
        async with asyncio.TaskGroup() as tasks:
            async for incoming in carrier.arrivals():
                tasks.create_task(self._take(incoming))
                del incoming  # or the last one would be kept until somebody calls again

    async def _take(self, incoming: Incoming) -> None:
        call_id = CallId(self._ids.new("call"))
        await self._rooms.open(call_id)
        try:
            await self._telephony.ring(call_id, incoming)
            await self._decide(call_id, incoming)
            async for _ in self._telephony.watch(call_id):
                pass
        except PortError as error:  # the carrier turns away by itself whom nobody carries
            log.warning("arrival_not_taken", call_id=call_id, error=type(error).__name__)
        finally:
            await self._rooms.close(call_id)

    async def _decide(self, call_id: CallId, incoming: Incoming) -> None:
        arrival = incoming.arrival
        arrived = Arrived(call_id=call_id, trunk_id=arrival.trunk_id, number=arrival.number, caller=arrival.caller)
        received = await self._ask(arrived)
        if received.turned_away is not None:
            log.info("arrival_turned_away", call_id=call_id, why=received.turned_away.value)
            await self._telephony.hang_up(call_id)

    async def _ask(self, arrived: Arrived) -> Received:
        for pause in ASK_AGAIN:
            try:
                return await self._desk.receive(arrived)
            except (Busy, Unavailable):
                await self._clock.sleep(pause)
        return await self._desk.receive(arrived)

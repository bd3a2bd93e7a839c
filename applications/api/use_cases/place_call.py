"""Gives a dialout to the best Core that takes it."""

from dataclasses import dataclass
from typing import Final

from applications.api.no_room import NoRoom
from applications.api.use_cases.take_trunk import HOLD_SECONDS
from domain.calls.call import Call
from domain.ids import ServerId
from domain.routing.fleet import CoreServer, by_headroom
from domain.routing.shares import slots_of
from ports.allotments import Allotments
from ports.core_gateway import CoreGateway
from ports.errors import Busy, Refused, Unavailable
from ports.fleet_registry import FleetRegistry
from ports.messages.core import Dial
from ports.telephony import LegState, Telephony

MOST_CORES: Final = 5
"""So that the answer comes in time, even when each of them takes two seconds not to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCall:
    """The next Core is asked only when the one before has said no, or the telephony knows of no such call."""

    fleet: FleetRegistry
    cores: CoreGateway
    telephony: Telephony
    allotments: Allotments

    async def __call__(self, call: Call, region: str) -> ServerId:
        """The Core that has it, or may have it. Raises NoRoom when none would take it."""
        servers = await self.fleet.all()
        held = {s.id: sum((await self.allotments.held(slots_of(s.id))).values()) for s in servers}
        for server in by_headroom(servers, held, region)[:MOST_CORES]:
            if not await self._slot(server, call, units=1):
                continue
            if await self._offer(server, call):
                return server.id
            await self._slot(server, call, units=0)
        raise NoRoom("no Core has room", retry_after=5.0)

    async def was_placed(self, call: Call) -> bool:
        """Whether it was, or may have been: where nobody can say, nobody may dial again."""
        try:
            leg = await self.telephony.find(call.id)
        except Unavailable:
            return True
        return leg.state is not LegState.NEVER_PLACED

    async def _offer(self, server: CoreServer, call: Call) -> bool:
        order = Dial(
            call_id=call.id,
            brand=call.brand,
            bot_id=call.bot_id,
            trunk_id=call.trunk_id,
            to=call.phone,
            caller_number=call.caller_number,
        )
        try:
            await self.cores.take(server.url, order)
        except (Busy, Refused):
            return False
        except Unavailable:
            return await self.was_placed(call)
        return True

    async def _slot(self, server: CoreServer, call: Call, *, units: int) -> bool:
        granted = await self.allotments.hold(
            slots_of(server.id), call.id, units=units, limit=server.capacity, seconds=HOLD_SECONDS
        )
        return granted > 0

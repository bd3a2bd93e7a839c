"""Gives a call to the best Core that takes it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from applications.api.no_room import NoRoom
from applications.api.use_cases.take_trunk import HOLD_SECONDS
from domain.calls.call import Call
from domain.ids import ServerId
from domain.routing.fleet import CoreServer, ServerState, by_headroom
from domain.routing.shares import slots_of
from ports.allotments import Allotments
from ports.clock import Clock
from ports.core_gateway import CoreGateway
from ports.errors import Busy, Refused, Stale, Unavailable, Unreached
from ports.fleet_registry import FleetRegistry
from ports.leg_ledger import LegLedger, LegStory
from ports.messages.core import Dial, Receive
from ports.telephony import LegState, Telephony

MOST_CORES: Final = 5
"""So that the answer comes in time, even when each of them takes two seconds not to answer."""

ASKED_IN_VAIN: Final = 2
"""How often a Core that does not answer is asked to receive a call: a second answer tells what the first one was."""

Before = Callable[[ServerId], Awaitable[None]]


async def _nothing(_: ServerId) -> None:
    """Where nobody wants to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCall:
    """The next Core is asked only when the one before certainly has not got the call."""

    fleet: FleetRegistry
    cores: CoreGateway
    telephony: Telephony
    legs: LegLedger
    allotments: Allotments
    clock: Clock

    async def __call__(
        self, call: Call, request: Dial | Receive, region: str = "", *, before: Before = _nothing
    ) -> ServerId:
        """The Core that has it, or may have it. `before` hears of each one before it is asked. Raises NoRoom when
        none would take it, and what `before` raises."""
        if isinstance(request, Dial):
            await self._put_on_record(call)
        asked = 0
        async for server in self._candidates(call, request, region):
            await before(server.id)
            if await self._offer(server, call, request):
                return server.id
            await self._slot(server, call, units=0)
            asked += 1
            if asked == MOST_CORES:
                break
        if isinstance(request, Dial):
            await self.legs.withdraw(call.id)
        raise NoRoom("no Core has room", retry_after=5.0)

    async def _put_on_record(self, call: Call) -> None:
        """From now on somebody else may dial it, whom `find` may not know of where a media server forgets its legs."""
        story = LegStory(call_id=call.id, brand=call.brand, room=call.id, opened_at=self.clock.now())
        with suppress(Stale):  # it is, since an earlier request for it
            await self.legs.open(story)

    async def _candidates(self, call: Call, request: Dial | Receive, region: str) -> AsyncIterator[CoreServer]:
        """Best first, each with a slot held; the one that may have the call already before all others. A notice is
        spoken from slots that nobody can hold."""
        servers = await self.fleet.all()
        if isinstance(request, Receive) and request.notice:
            for server in sorted(servers, key=lambda s: s.id != call.server_id):
                if server.state is ServerState.HEALTHY or server.id == call.server_id:
                    yield server
            return
        held = {s.id: await self._held_by_others(s, call) for s in servers}
        had_it = [s for s in servers if s.id == call.server_id]
        for server in [*had_it, *(s for s in by_headroom(servers, held, region) if s not in had_it)]:
            if await self._slot(server, call, units=1) or server in had_it:
                yield server

    async def _held_by_others(self, server: CoreServer, call: Call) -> int:
        held = await self.allotments.held(slots_of(server.id))
        return sum(units for holder, units in held.items() if holder != call.id)

    async def was_placed(self, call: Call) -> bool:
        """Whether it was, or may have been: where nobody can say, nobody may dial again."""
        try:
            leg = await self.telephony.find(call.id)
        except Unavailable:
            return True
        return leg.state is not LegState.NEVER_PLACED

    async def _offer(self, server: CoreServer, call: Call, request: Dial | Receive) -> bool:
        tries = ASKED_IN_VAIN if isinstance(request, Receive) else 1
        for _ in range(tries):
            try:
                await self.cores.take(server.url, request)
            except (Busy, Refused, Unreached):
                return False
            except Unavailable:
                continue
            return True
        return isinstance(request, Receive) or await self.was_placed(call)

    async def _slot(self, server: CoreServer, call: Call, *, units: int) -> bool:
        granted = await self.allotments.hold(
            slots_of(server.id), call.id, units=units, limit=server.capacity, seconds=HOLD_SECONDS
        )
        return granted > 0

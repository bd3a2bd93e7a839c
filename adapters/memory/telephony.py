"""Phone legs of this process, carried by whatever is plugged in."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Final

import structlog

from adapters.memory.leg_journal import REMEMBERED, LegEntry, LegJournal
from adapters.memory.leg_trail import LegTrail, trails_of
from adapters.memory.live_leg import STOPPING, Carry, LegTerms, LiveLeg
from adapters.memory.room import Room
from adapters.memory.rooms import MemoryRooms
from domain.calls.room import CALLEE
from domain.ids import CallId, TrunkId
from domain.phone.number import E164
from ports.carrier import Carrier, Incoming
from ports.clock import Clock
from ports.errors import Busy, NotFound, Refused
from ports.telephony import TOO_LATE, DialOrder, Leg, LegEvent, LegState, Telephony

MOST_LEGS: Final = 100
"""Legs at once that one machine is made for (architecture, decision 9)."""

RINGS_IN: Final = 30.0
"""Seconds for which a call that came in rings: nobody of ours takes as long."""

LONGEST_IN: Final = 7200.0
"""Seconds after which a call that came in is ended, whatever a bot's own limit says."""

log = structlog.get_logger()


class MemoryTelephony(Telephony):
    """Legs run while `running` does. `carriers` finds the one behind a trunk, such as a mapping's `get`."""

    def __init__(
        self,
        rooms: MemoryRooms,
        carriers: Callable[[TrunkId], Carrier | None],
        journal: LegJournal,
        clock: Clock,
        *,
        most_legs: int = MOST_LEGS,
    ) -> None:
        self._rooms = rooms
        self._carriers = carriers
        self._journal = journal
        self._clock = clock
        self._most_legs = most_legs
        self._trails: dict[CallId, LegTrail] = {}
        self._live: dict[CallId, LiveLeg] = {}
        self._group: asyncio.TaskGroup | None = None
        self._quiet = asyncio.Event()

    @property
    def legs(self) -> int:
        """How many live now."""
        return len(self._live)

    @property
    def draining(self) -> bool:
        """It takes no dials."""
        return self._group is None

    @asynccontextmanager
    async def running(self) -> AsyncIterator["MemoryTelephony"]:
        """Takes dials until it ends; ends what is left then."""
        self._trails = trails_of(self._journal, self._clock.now())
        group = asyncio.TaskGroup()
        await group.__aenter__()  # by hand, so that an error of our caller's stays itself and is put into no group
        self._group = group
        try:
            yield self
        finally:
            self._group = None
            self._stop_all()
            await group.__aexit__(None, None, None)

    async def drain(self, seconds: float) -> None:
        """No new dials from now on; legs that live have so long to end by themselves. Returns when all are over."""
        self._group = None
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._all_over()
        self._stop_all()
        await self._all_over()

    async def dial(self, order: DialOrder) -> None:
        if order.call_id in self._trails:
            return
        now = self._in_time(order)  # nothing is awaited from here to the journal, so no `find` comes in between
        room, carrier, group = self._room_for(order.room), self._carrier_for(order), self._free_group()
        terms = LegTerms(
            call_id=order.call_id,
            party=order.party,
            ring_timeout=order.ring_timeout,
            max_duration=order.max_duration,
        )
        live = self._new_leg(terms, room, now)
        log.info("leg", call_id=order.call_id, kind="dialled", trunk_id=order.trunk_id)
        group.create_task(self._run(live, lambda leg: carrier.carry(order, leg)), name=f"leg {order.call_id}")

    async def ring(self, call_id: CallId, incoming: Incoming) -> None:
        """Let a call that came in ring in the room of its name. Raises Busy, and Refused when the room is not open."""
        room, group = self._room_for(call_id), self._free_group()
        terms = LegTerms(call_id=call_id, party=CALLEE, ring_timeout=RINGS_IN, max_duration=LONGEST_IN, inbound=True)
        live = self._new_leg(terms, room, self._clock.now())
        log.info("leg", call_id=call_id, kind="arrived", trunk_id=incoming.arrival.trunk_id)
        await live.ringing()
        group.create_task(self._run(live, incoming.carry), name=f"leg {call_id}")

    async def answer(self, call_id: CallId) -> None:
        await self._living(call_id).pick_up()

    async def refer(self, call_id: CallId, to: str) -> None:
        if not E164.fullmatch(to):
            raise Refused("this cannot be dialled", reason="number")
        await self._living(call_id).refer(to)

    async def watch(self, call_id: CallId) -> AsyncIterator[LegEvent]:
        trail = self._trails.get(call_id)
        if trail is None:
            raise NotFound(f"call {call_id} was never placed")
        async for event in trail.watch():
            yield event

    async def hang_up(self, call_id: CallId) -> None:
        live = self._live.get(call_id)
        if live is not None:
            live.stop(live.hung_up)

    async def find(self, call_id: CallId) -> Leg:
        trail = self._trails.get(call_id)
        return Leg(state=LegState.NEVER_PLACED) if trail is None else trail.leg

    def _stop_all(self) -> None:
        for live in tuple(self._live.values()):
            live.stop(STOPPING)

    async def _all_over(self) -> None:
        while self._live:
            self._quiet.clear()
            await self._quiet.wait()

    def _living(self, call_id: CallId) -> LiveLeg:
        live = self._live.get(call_id)
        if live is None:
            raise NotFound(f"call {call_id} has no leg here")
        return live

    def _new_leg(self, terms: LegTerms, room: Room, now: datetime) -> LiveLeg:
        self._journal.append(LegEntry(call_id=terms.call_id, at=now))
        self._forget_old()
        trail = self._trails[terms.call_id] = LegTrail(terms.call_id, now)
        live = self._live[terms.call_id] = LiveLeg(terms, room, trail, self._journal, self._clock)
        return live

    async def _run(self, live: LiveLeg, carry: Carry) -> None:
        try:
            await live.run(carry)
        finally:
            del self._live[live.terms.call_id]
            self._quiet.set()

    def _in_time(self, order: DialOrder) -> datetime:
        now = self._clock.now()
        if order.not_after is not None and now >= order.not_after:
            raise Refused("the order came too late", reason=TOO_LATE)
        return now

    def _room_for(self, name: str) -> Room:
        room = self._rooms.find(name)
        if room is None:
            raise Refused("the room is not open", reason="room")
        return room

    def _carrier_for(self, order: DialOrder) -> Carrier:
        carrier = self._carriers(order.trunk_id)
        if carrier is None:
            raise Refused(f"no carrier behind trunk {order.trunk_id}", reason="trunk")
        if not E164.fullmatch(order.to):
            raise Refused("this cannot be dialled", reason="number")
        return carrier

    def _free_group(self) -> asyncio.TaskGroup:
        if self._group is None:
            raise Busy("no new calls: stopping", retry_after=30.0)
        if len(self._live) >= self._most_legs:
            raise Busy("all legs are in use")
        return self._group

    def _forget_old(self) -> None:
        """The oldest come first, and each dial forgets as many as are due: memory holds a day."""
        horizon = self._clock.now() - REMEMBERED
        while self._trails:
            call_id, trail = next(iter(self._trails.items()))
            if trail.placed_at > horizon or call_id in self._live:
                return
            del self._trails[call_id]

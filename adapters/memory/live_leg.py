"""One leg while it lives: the carrier's progress, its limits in time, and whoever ends it first."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from adapters.memory.audio_links import MemoryAudioLink
from adapters.memory.leg_journal import LegEntry, LegJournal
from adapters.memory.leg_trail import LegTrail
from adapters.memory.room import Audience, Room
from adapters.pacing.ear import Ear
from domain.ids import CallId
from ports.audio_links import AudioLink
from ports.carrier import LegEnd, Reception, Refer
from ports.clock import Clock
from ports.errors import NotFound, PortError, Refused, Unavailable
from ports.telephony import HangUp, LegEvent, LegKind

log = structlog.get_logger()

HUNG_UP: Final = LegEnd(status=487, reason="hung up", by=HangUp.US)
TURNED_AWAY: Final = LegEnd(status=486, reason="turned away", by=HangUp.US)
RING_TIMEOUT: Final = LegEnd(status=408, reason="ring timeout", by=HangUp.US)
MAX_DURATION: Final = LegEnd(status=200, reason="max duration", by=HangUp.US)
ROOM_CLOSED: Final = LegEnd(status=487, reason="room closed", by=HangUp.US)
STOPPING: Final = LegEnd(status=487, reason="exchange stopping", by=HangUp.NETWORK)
FAILED: Final = LegEnd(status=500, reason="carrier failed", by=HangUp.NETWORK)

Carry = Callable[["LiveLeg"], Awaitable[LegEnd]]
"""A carrier's part in one leg."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegTerms:
    """Which leg it is and how long it may take, in seconds."""

    call_id: CallId
    party: str
    ring_timeout: float
    max_duration: float
    inbound: bool = False


class LiveLeg(Reception):
    """Whoever ends it first says why; a final status is 200 as soon as it was answered."""

    def __init__(self, terms: LegTerms, room: Room, trail: LegTrail, journal: LegJournal, clock: Clock) -> None:
        self.terms = terms
        self._room = room
        self._trail = trail
        self._journal = journal
        self._clock = clock
        self._stopped: LegEnd | None = None
        self._carrying: asyncio.Task[None] | None = None
        self._limit: asyncio.TimerHandle | None = None
        self._link: MemoryAudioLink | None = None
        self._refer: Refer | None = None
        self._wanted = asyncio.Event()
        self._forget_room: Callable[[], None] = room.when_closed(lambda: self.stop(ROOM_CLOSED))

    @property
    def hung_up(self) -> LegEnd:
        """What hanging up makes of it: who came in and still rings is turned away."""
        return TURNED_AWAY if self.terms.inbound and self._link is None else HUNG_UP

    async def ringing(self) -> None:
        if self._stopped is None and not self._trail.has(LegKind.RINGING) and self._link is None:
            self._record(LegKind.RINGING)

    async def wanted(self) -> None:
        await self._wanted.wait()

    async def answered(self, refer: Refer | None = None) -> AudioLink:
        if self._stopped is not None:
            raise Unavailable("this leg is over")
        if self._link is None:
            ear, self._refer = Ear(), refer
            self._link = MemoryAudioLink(self._room.seat(self.terms.party, Audience(), ear), ear, self._clock)
            self._stop_after(self.terms.max_duration, MAX_DURATION)
            self._record(LegKind.ANSWERED, status=200)
        return self._link

    async def pick_up(self) -> None:
        """Have it answered. Returns once it is; raises NotFound when it ends instead, Refused when it was dialled."""
        if not self.terms.inbound:
            raise Refused("this leg was dialled", reason="outbound")
        self._wanted.set()
        async for event in self._trail.watch():
            if event.kind is LegKind.ANSWERED:
                return
        raise NotFound("its caller has gone")

    async def refer(self, to: str) -> None:
        if self._link is None:
            raise NotFound("this leg is not answered")
        if self._refer is None:
            raise Refused("this leg cannot be referred", reason="not_offered")
        await self._refer(to)

    def stop(self, end: LegEnd) -> None:
        """End it, unless somebody has already."""
        if self._stopped is None:
            self._stopped = end
            if self._carrying is not None:
                self._carrying.cancel()

    async def run(self, carry: Carry) -> None:
        """The leg's whole life. Leaves no doubt: its end is always recorded."""
        end = STOPPING
        try:
            end = await self._carry(carry)
        finally:
            await self._finish(end)

    async def _carry(self, carry: Carry) -> LegEnd:
        if self._stopped is not None:
            return self._stopped
        self._carrying = asyncio.current_task()
        self._stop_after(self.terms.ring_timeout, RING_TIMEOUT)
        try:
            end = await carry(self)
        except asyncio.CancelledError:
            if self._stopped is None or self._carrying is None:
                raise
            self._carrying.uncancel()
            end = self._stopped
        except Exception:  # one leg's carrier must not end the others
            log.exception("carrier_failed", call_id=self.terms.call_id)
            end = FAILED
        finally:
            self._carrying = None
        return self._first(end)

    def _first(self, end: LegEnd) -> LegEnd:
        """Who stopped it was first, whatever the carrier says afterwards."""
        return self._stopped or end

    async def _finish(self, end: LegEnd) -> None:
        self._stopped = end
        self._forget_room()
        if self._limit is not None:
            self._limit.cancel()
        if self._link is not None:
            await self._link.leave()
        self._record(LegKind.ENDED, status=200 if self._link is not None else end.status, reason=end.reason, by=end.by)

    def _stop_after(self, seconds: float, end: LegEnd) -> None:
        if self._limit is not None:
            self._limit.cancel()
        self._limit = asyncio.get_running_loop().call_later(seconds, self.stop, end)

    def _record(self, kind: LegKind, *, status: int | None = None, reason: str = "", by: HangUp | None = None) -> None:
        log.info("leg", call_id=self.terms.call_id, kind=kind.value, status=status, reason=reason)
        event = LegEvent(kind=kind, at=self._clock.now(), status=status, reason=reason, by=by)
        try:
            self._journal.append(LegEntry(call_id=self.terms.call_id, at=event.at, event=event))
        except PortError:  # a full disk must not end a call that is under way
            log.exception("leg_not_journalled", call_id=self.terms.call_id)
        self._trail.add(event)

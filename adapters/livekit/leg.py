"""One phone leg that this process follows: dialled here, or by somebody who may be gone, or come in.

LiveKit tells a leg's final status to whoever asked for it, and its state on the way to everybody who looks; so the
request that dials waits for the answer, and beside it, and after it, the room is looked at again and again.
"""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import replace
from typing import Final

import structlog
from livekit.api import TwirpError

from adapters.livekit.errors import translated
from adapters.livekit.leg_endings import ANSWERED, CANCELLED, LOST, LegLimits, ending_of_gone, rang_too_long
from adapters.livekit.leg_trail import LegTrail
from adapters.livekit.lookout import Lookout
from adapters.livekit.server import LiveKitServer
from adapters.livekit.sightings import Sight, remove
from adapters.livekit.sip_answers import HUNG_UP, RING_TIMEOUT, ROOM_CLOSED, LegEnding, ending_of, not_placed
from ports.clock import Clock
from ports.errors import NotFound, PortError, Unavailable
from ports.leg_ledger import LegLedger, LegStory
from ports.telephony import HangUp, LegEvent, LegKind

EARLY_SECONDS: Final = 0.3
"""How long a dial waits for LiveKit to say that it cannot: "cpu exhausted" was seen after 5 ms."""

SOONEST_LOOK: Final = 0.05
RING_LOOK: Final = 0.2
TALK_LOOK: Final = 1.0
"""The longest between two looks; the first ones come closer together."""

OWNER_SECONDS: Final = 2.0
"""Whoever dialled knows better how a leg ended, and has so long to say it."""

REMOVE_AGAIN: Final = 1.0
"""Seconds after which a leg that is still there is taken out once more."""

THERE: Final = frozenset({Sight.DIALING, Sight.RINGING, Sight.ACTIVE})

log = structlog.get_logger()


class LiveKitLeg:
    """`placed` is done once the INVITE is on its way, or fails when none was sent. `removed`: we have ended it."""

    def __init__(
        self, server: LiveKitServer, ledger: LegLedger, clock: Clock, story: LegStory, limits: LegLimits
    ) -> None:
        self.trail = LegTrail(story)
        self.placed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.removed = False
        self._server = server
        self._ledger = ledger
        self._clock = clock
        self._limits = limits
        self._since = clock.monotonic()
        self._ours = False
        self._remove_after = 0.0
        self._lookout = Lookout(server, story, clock)
        self._missing = False

    async def place(self, invite: Awaitable[object]) -> PortError | None:
        """Its whole life, or why no INVITE was sent."""
        self._ours, self._since = True, self._clock.monotonic()
        asked = asyncio.ensure_future(_answer(invite))
        try:
            while not asked.done():
                await asyncio.wait({asked}, timeout=self._pause(RING_LOOK))
                if not asked.done():
                    await self._glance()
        finally:
            asked.cancel()
        refusal = self._refusal(asked.result())
        if refusal is None:
            await self._hear(asked.result())
            await self.follow()
        return refusal

    async def follow(self) -> None:
        """Until it is over, or nobody can say any more how it goes on."""
        if not self.placed.done():
            self.placed.set_result(None)
        try:
            while not self.trail.over:
                await self._see(await self._lookout.patiently())
                if not self.trail.over:
                    await self._clock.sleep(self._pause(TALK_LOOK))
        except PortError as error:
            log.warning("leg_lost_from_sight", call_id=self.trail.story.call_id, error=type(error).__name__)
            self.trail.fail(error)

    def fail(self, error: PortError) -> None:
        """Whoever waits for it is told, unless it is settled."""
        if not self.placed.done():
            self.placed.set_exception(error)
            self.placed.exception()  # seen, also where nobody waits any more
        if not self.trail.over:
            self.trail.fail(error if isinstance(error, Unavailable) else NotFound("this leg was never placed"))

    async def note(
        self, kind: LegKind, *, status: int | None = None, reason: str = "", by: HangUp | None = None
    ) -> None:
        """What is on record is what watchers see, whoever was first to write it."""
        story = self.trail.story
        log.info("leg", call_id=story.call_id, kind=kind.value, status=status, reason=reason)
        event = LegEvent(kind=kind, at=self._clock.now(), status=status, reason=reason, by=by)
        try:
            noted = await self._ledger.note(story.call_id, event)
        except PortError:  # a store that does not answer must not end a call that is under way
            log.exception("leg_not_on_record", call_id=story.call_id)
            noted = story.noting(event)
        self.trail.become(noted)

    def _refusal(self, answer: TwirpError | PortError | None) -> PortError | None:
        early = not self.placed.done() and not self.removed
        return not_placed(answer) if early and isinstance(answer, TwirpError) else None

    async def _glance(self) -> None:
        """While it is asked for: what LiveKit answers in the end tells more."""
        try:
            sight = await self._lookout.once()
        except PortError:
            sight = Sight.GONE
        there = sight in THERE
        if there and self.removed:
            with suppress(PortError):  # the next look tries again
                await self._remove()
        if (there or self._clock.monotonic() - self._since > EARLY_SECONDS) and not self.placed.done():
            self.placed.set_result(None)
        if sight in {Sight.RINGING, Sight.ACTIVE}:
            await self._rang()

    async def take_out(self) -> None:
        """Of its room, which ends it: at once, or as soon as it is there."""
        self.removed = True
        if await self._lookout.patiently() in THERE:
            await self._remove()

    async def _remove(self) -> None:
        """Asked for one that is leaving already, LiveKit thinks for three seconds."""
        now = self._clock.monotonic()
        if now < self._remove_after:
            return
        self._remove_after = now + REMOVE_AGAIN
        await remove(self._server, self.trail.story.room, self.trail.story.party)

    async def _hear(self, answer: TwirpError | PortError | None) -> None:
        """What LiveKit answered to the one who asked for it."""
        if answer is None:
            await self._answered()
        elif isinstance(answer, TwirpError):
            await self._end(HUNG_UP if self.removed else ending_of(answer) or await self._silence())
        else:  # the leg may live on without the connection that asked for it
            self._ours = False
            if not self.placed.done():
                self.placed.set_exception(answer)
                self.placed.exception()  # seen, also where nobody waits any more

    async def _silence(self) -> LegEnding:
        if rang_too_long(self._limits, self._clock.monotonic() - self._since):
            return RING_TIMEOUT
        return ROOM_CLOSED if await self._lookout.patiently() is Sight.CLOSED else CANCELLED

    async def _see(self, sight: Sight) -> None:
        if self.removed and sight in THERE:
            with suppress(PortError):  # the next look tries again
                await self._remove()
        if sight is Sight.GONE and not self.removed and self._lookout.may_return:
            self._missing = True
            return
        match sight:
            case Sight.RINGING:
                await self._rang()
            case Sight.ACTIVE:
                await self._answered()
            case Sight.GONE | Sight.CLOSED:
                await self._gone(sight)
        self._missing = False

    async def _rang(self) -> None:
        if not self.trail.has(LegKind.RINGING):
            await self.note(LegKind.RINGING)

    async def _answered(self) -> None:
        """LiveKit shows `ringing` before each answer, for an instant where the answer comes at once."""
        await self._rang()
        if not self.trail.has(LegKind.ANSWERED):
            self._since = self._clock.monotonic()
            await self.note(LegKind.ANSWERED, status=ANSWERED)

    async def _gone(self, sight: Sight) -> None:
        if not self._ours:
            await self._clock.sleep(OWNER_SECONDS)
            story = await self._ledger.find(self.trail.story.call_id)
            if story is None:
                raise NotFound("this leg is forgotten")
            self.trail.become(story)
            if not story.events:
                raise Unavailable("nobody saw whether this leg was placed")
        if not self.trail.over:
            now = self._clock.now()
            end = ending_of_gone(self.trail.story, self._limits, sight, now, removed=self.removed)
            await self._end(LOST if self._missing and sight is Sight.GONE else end)

    async def _end(self, end: LegEnding) -> None:
        if self.trail.has(LegKind.ANSWERED):
            end = replace(end, status=ANSWERED)
        await self.note(LegKind.ENDED, status=end.status, reason=end.reason, by=end.by)

    def _pause(self, longest: float) -> float:
        age = self._clock.monotonic() - self._since
        return min(longest, max(SOONEST_LOOK, age / 10))


async def _answer(invite: Awaitable[object]) -> TwirpError | PortError | None:
    """None when it was answered."""
    try:
        with translated():
            try:
                await invite
            except TwirpError as error:
                return error
    except PortError as error:
        return error
    return None

"""Phone legs that LiveKit carries."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import structlog
from google.protobuf.duration_pb2 import Duration
from livekit.api import TwirpError
from livekit.protocol.sip import SIPTransferStatus, TransferSIPParticipantRequest

from adapters.livekit.arrived import arrived, dialled_by_others
from adapters.livekit.errors import translated
from adapters.livekit.leg import LiveKitLeg
from adapters.livekit.leg_endings import LegLimits
from adapters.livekit.leg_trail import LegTrail
from adapters.livekit.placing import Placing
from adapters.livekit.room_marks import dialled_into
from adapters.livekit.room_names import RoomNames, came_in
from adapters.livekit.server import LiveKitServer
from adapters.livekit.sightings import Sight, look, remove
from adapters.livekit.sip_answers import NO_SUCH_TRUNK, not_referred
from adapters.livekit.sip_client import LiveKitSip
from adapters.livekit.tasks import tasks_beside
from domain.calls.room import CALLEE
from domain.ids import CallId
from domain.phone.number import E164
from ports.clock import Clock
from ports.errors import NotFound, PortError, Refused, Unavailable
from ports.leg_ledger import LegLedger, LegStory
from ports.telephony import REFERRED, DialOrder, HangUp, Leg, LegEvent, LegKind, LegState, Telephony

REFER_SECONDS: Final = 45
"""How long whoever is called instead of us may let it ring."""

STATES: Final = {
    Sight.DIALING: LegState.RINGING,
    Sight.RINGING: LegState.RINGING,
    Sight.ACTIVE: LegState.ANSWERED,
}

Live = Callable[[LiveKitLeg], Awaitable[None]]
"""A leg's life, once it is started."""

log = structlog.get_logger()


class LiveKitTelephony(Telephony):
    """Runs while `running` does. Legs live at LiveKit: they go on when this process does not.

    `authoritative`: of all calls that are asked about here, this ledger has those that may have been dialled, written
    by who dials, or by who asks another to. What is not in it was never placed. Without that, only a room that is open
    and not marked says so.
    """

    def __init__(
        self, server: LiveKitServer, sip: LiveKitSip, ledger: LegLedger, clock: Clock, *, authoritative: bool
    ) -> None:
        self._server = server
        self._sip = sip
        self._ledger = ledger
        self._clock = clock
        self._authoritative = authoritative
        self._names = RoomNames(server.secret)
        self._placing = Placing(server, sip, ledger, self._names, clock)
        self._legs: dict[CallId, LiveKitLeg] = {}
        self._group: asyncio.TaskGroup | None = None
        self._running: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["LiveKitTelephony"]:
        async with tasks_beside(self._stop) as self._group:
            yield self

    async def dial(self, order: DialOrder) -> None:
        if order.call_id not in self._legs and await self._ledger.find(order.call_id) is not None:
            return
        leg = self._legs.get(order.call_id) or self._new_leg(order)
        await asyncio.shield(leg.placed)

    async def watch(self, call_id: CallId) -> AsyncIterator[LegEvent]:
        async for event in (await self._trail(call_id)).watch():
            yield event

    async def answer(self, call_id: CallId) -> None:
        """LiveKit has answered as soon as somebody in the room was heard; `active` shows it a second later."""
        story = await self._story(call_id)
        if story is None or (came_in(story.room) and story.end is not None):
            raise NotFound(f"call {call_id} does not ring here")
        if not came_in(story.room):
            raise Refused("this leg was dialled", reason="outbound")
        if STATES.get(await look(self._server, story.room, story.party)) is None:
            raise NotFound("its caller has gone")
        await self._followed(story).note(LegKind.ANSWERED, status=200)

    async def refer(self, call_id: CallId, to: str) -> None:
        if not E164.fullmatch(to):
            raise Refused("this cannot be dialled", reason="number")
        story = await self._story(call_id)
        if story is None or (await self._leg(story)).state is not LegState.ANSWERED:
            raise NotFound(f"call {call_id} has no answered leg")
        await self._transfer(story, to)
        await self._followed(story).note(LegKind.ENDED, status=200, reason=REFERRED, by=HangUp.US)

    async def hang_up(self, call_id: CallId) -> None:
        story = await self._story(call_id)
        if story is None:  # perhaps of another ledger: then it is where a call's leg always is
            await remove(self._server, self._names.room_of(call_id), CALLEE)
        elif story.end is None:
            await self._followed(story).take_out()

    async def find(self, call_id: CallId) -> Leg:
        story = await self._ledger.find(call_id)
        return await (self._unrecorded(call_id) if story is None else self._leg(story))

    def _stop(self) -> None:
        self._group = None
        for task in self._running:
            task.cancel()

    def _new_leg(self, order: DialOrder) -> LiveKitLeg:
        story = self._placing.story_of(order)
        limits = LegLimits(ring=order.ring_timeout, talk=order.max_duration)
        return self._start(story, limits, lambda leg: self._place(leg, order))

    def _followed(self, story: LegStory) -> LiveKitLeg:
        """The one that runs here, or one that this process follows from now on."""
        found = self._legs.get(story.call_id)
        return found or self._start(story, LegLimits(), lambda leg: leg.follow())

    def _start(self, story: LegStory, limits: LegLimits, live: Live) -> LiveKitLeg:
        if self._group is None:
            raise Unavailable("this telephony is not running")
        leg = self._legs[story.call_id] = LiveKitLeg(self._server, self._ledger, self._clock, story, limits)
        task = self._group.create_task(self._run(leg, live), name=f"leg {story.call_id}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return leg

    async def _run(self, leg: LiveKitLeg, live: Live) -> None:
        try:
            await live(leg)
        except PortError as error:
            leg.fail(error)
        finally:
            del self._legs[leg.trail.story.call_id]
            leg.fail(Unavailable("this telephony has stopped"))

    async def _place(self, leg: LiveKitLeg, order: DialOrder, *, again: bool = True) -> None:
        """A trunk that LiveKit does not know by the id that we remember may have been made anew: that is looked at
        once."""
        story = leg.trail.story
        invite = await self._placing.prepare(order, story)
        if invite is None:
            return await leg.follow()
        log.info("leg", call_id=story.call_id, kind="dialled", trunk_id=order.trunk_id)
        refusal = await leg.place(invite)
        if refusal is not None:
            await self._placing.take_back(story)
            if again and isinstance(refusal, Refused) and refusal.reason == NO_SUCH_TRUNK:
                return await self._place(leg, order, again=False)
            raise refusal
        return None

    async def _trail(self, call_id: CallId) -> LegTrail:
        story = await self._story(call_id)
        if story is None:
            raise NotFound(f"call {call_id} was never placed")
        return LegTrail(story) if story.end is not None else self._followed(story).trail

    async def _story(self, call_id: CallId) -> LegStory | None:
        if call_id in self._legs:
            return self._legs[call_id].trail.story
        where = self._server, self._ledger, self._names, call_id, self._clock.now()
        found = await self._ledger.find(call_id) or await arrived(*where)
        return found if found or self._authoritative else await dialled_by_others(*where)

    async def _leg(self, story: LegStory) -> Leg:
        if story.end is not None:
            return Leg(state=LegState.ENDED, end=story.end)
        answered = story.of(LegKind.ANSWERED) is not None
        if story.call_id in self._legs:
            return Leg(state=LegState.ANSWERED if answered else LegState.RINGING)
        state = STATES.get(await look(self._server, story.room, story.party))
        if state is not None:
            return Leg(state=LegState.ANSWERED if answered else state)
        if story.events:
            return Leg(state=LegState.ENDED)
        return Leg(state=await self._unseen(story.room, story.call_id))

    async def _unrecorded(self, call_id: CallId) -> Leg:
        room = self._names.room_of(call_id)
        if self._authoritative and not came_in(room):
            return Leg(state=LegState.NEVER_PLACED)
        story = await arrived(self._server, self._ledger, self._names, call_id, self._clock.now())
        party = CALLEE if story is None else story.party
        state = STATES.get(await look(self._server, room, party))
        if state is None:
            state = LegState.UNKNOWN if came_in(room) else await self._unseen(room, call_id)
        return Leg(state=state)

    async def _unseen(self, room: str, call_id: CallId) -> LegState:
        """Of a leg that is not in its room. An open room without the mark was never dialled into, since the mark comes
        before the INVITE; a room that is not there may have been closed after it."""
        try:
            dialled = call_id in await dialled_into(self._server, room)
        except NotFound:
            return LegState.UNKNOWN
        return LegState.UNKNOWN if dialled else LegState.NEVER_PLACED

    async def _transfer(self, story: LegStory, to: str) -> None:
        request = TransferSIPParticipantRequest(
            room_name=story.room,
            participant_identity=story.party,
            transfer_to=f"tel:{to}",
            ringing_timeout=Duration(seconds=REFER_SECONDS),
        )
        with translated():
            try:
                answer = await self._sip.calls.transfer_sip_participant(request)
            except TwirpError as error:
                raise not_referred(error) or Unavailable("nobody says how the referral went") from error
        if answer.status == SIPTransferStatus.STS_TRANSFER_FAILED:
            raise Unavailable("nobody says how the referral went")

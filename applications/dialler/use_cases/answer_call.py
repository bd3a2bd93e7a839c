"""An answered call: a Core is attached and the callee screened side by side, then the Core gets its orders."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

import structlog

from applications.dialler.core_slots import Seat
from applications.dialler.held_attempt import HeldAttempt
from applications.dialler.use_cases.conclude_unanswered import ConcludeUnanswered, Ending
from applications.dialler.use_cases.listen_in import Place
from applications.dialler.use_cases.order_core import OrderCore
from applications.dialler.use_cases.seat_call import SeatCall
from applications.dialler.use_cases.see_core_join import SeeCoreJoin
from domain.calls.call import Call
from domain.calls.outcome import Outcome
from domain.campaigns.attempt import Verdict
from domain.campaigns.campaign import AnswerPolicy, OnVerdict
from domain.measures import ABANDONED, VERDICT_SECONDS
from ports.clock import Clock
from ports.errors import Unavailable
from ports.messages.core import End, LeaveMessage, Order, SafeHarbour, Talk
from ports.metrics import UNMEASURED, Metrics
from ports.rooms import Rooms
from ports.screening import Screening, ScreeningSession
from ports.tracing import UNTRACED, Tracing

JOIN_SECONDS: Final = 2.0
"""How long it is looked on, after the order, whether the Core comes into the call."""

CLOSE_AGAIN: Final = 0.5
"""Seconds between two tries to close a room while who carries the audio is away; the attempt stays leased meanwhile."""

SAFE_HARBOUR_AFTER: Final = 1.0
"""Seconds from the answer after which nobody's voice is waited for any more where nobody is free: the message has to
begin within two, which FTC TSR 310.4(b)(4) and FCC 64.1200(a)(7) count from the end of the greeting, if there is one,
and Ofcom from the answer."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCall:
    """The Dialler listens and never speaks; whatever is said, the Core says it."""

    rooms: Rooms
    screening: Screening
    seat_call: SeatCall
    order_core: OrderCore
    see_core_join: SeeCoreJoin
    conclude: ConcludeUnanswered
    clock: Clock
    metrics: Metrics = UNMEASURED
    tracing: Tracing = UNTRACED

    async def __call__(self, held: HeldAttempt, call: Call, policy: AnswerPolicy, place: Place) -> None:
        """`place` is where the Dialler hears the callee, or will."""
        answered = self.clock.monotonic()
        async with AsyncExitStack() as listening, asyncio.TaskGroup() as tasks:
            seating = tasks.create_task(self.seat_call(call))
            session = await self._listen(place, listening)
            seat = await seating
            if seat is None:
                await held.renew()
                await self._abandon(held, call)
                return
            joining = tasks.create_task(self.see_core_join(call, seat))
            verdict = await self._verdict(session, seat, since=answered)
            order = await self._order_for(seat, verdict, session, policy)
            await held.renew()  # a Dialler that was asleep is told here, before it disturbs what is no longer its call
            await self.order_core(call, seat, order)
            await held.change(lambda attempt: attempt.hand_over(seat.server_id, verdict, at=self.clock.now()))
            await asyncio.wait({joining}, timeout=JOIN_SECONDS)
            joining.cancel()

    async def _listen(self, place: Place, listening: AsyncExitStack) -> ScreeningSession | None:
        """None when the room cannot be joined: then the callee counts as unsure, and is talked to."""
        link = await place.link()
        return None if link is None else await listening.enter_async_context(self.screening.listen(link.events()))

    async def _verdict(self, session: ScreeningSession | None, seat: Seat, *, since: float) -> Verdict:
        patience = since + SAFE_HARBOUR_AFTER - self.clock.monotonic() if seat.message_only else None
        with self.tracing.span("screening"):
            verdict = await _heard_within(patience, session) if session else Verdict.UNSURE
        seconds = self.clock.monotonic() - since
        self.metrics.observe(VERDICT_SECONDS, seconds, verdict.value)
        log.info("screened", verdict=verdict.value, seconds=round(seconds, 3))
        return verdict

    async def _order_for(
        self, seat: Seat, verdict: Verdict, session: ScreeningSession | None, policy: AnswerPolicy
    ) -> Order:
        match policy.on(verdict):
            case OnVerdict.TALK:
                return SafeHarbour() if seat.message_only else Talk()
            case OnVerdict.LEAVE_MESSAGE if session and await session.beep(policy.beep_timeout):
                return LeaveMessage()
        return End(reason=verdict.value)

    async def _abandon(self, held: HeldAttempt, call: Call) -> None:
        if await self._closed(call):
            self.metrics.count(ABANDONED)
            log.warning("abandoned_for_want_of_a_core")
            held.attempt = await self.conclude(held.attempt, Ending(outcome=Outcome.ABANDONED, detail="no_core"))
            return
        log.warning("line_lost_while_it_was_answered")
        while not await self._closed(call):  # the room first: once the attempt has ended, nobody looks for it
            await self.clock.sleep(CLOSE_AGAIN)
        held.attempt = await self.conclude(held.attempt, Ending(outcome=Outcome.LINE_LOST, detail="exchange_lost"))

    async def _closed(self, call: Call) -> bool:
        try:
            await self.rooms.close(call.id)
        except Unavailable:
            return False
        return True


async def _heard_within(seconds: float | None, session: ScreeningSession) -> Verdict:
    try:
        async with asyncio.timeout(seconds):
            return await session.verdict()
    except TimeoutError:
        return Verdict.UNSURE

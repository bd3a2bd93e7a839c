"""An answered call: a Core is attached and the callee screened side by side, then the Core gets its orders."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from applications.dialler.core_slots import Seat
from applications.dialler.held_attempt import HeldAttempt
from applications.dialler.use_cases.conclude_unanswered import ConcludeUnanswered, Ending
from applications.dialler.use_cases.seat_call import SeatCall
from domain.calls.call import Call
from domain.calls.outcome import Outcome
from domain.calls.room import CALLEE, DIALLER
from domain.campaigns.attempt import Verdict
from domain.campaigns.campaign import AnswerPolicy, OnVerdict
from ports.audio_links import AudioLinks
from ports.clock import Clock
from ports.core_gateway import CoreGateway
from ports.errors import NotFound, PortError, Unavailable
from ports.messages.core import End, LeaveMessage, Order, SafeHarbour, Talk
from ports.rooms import Rooms
from ports.screening import Screening, ScreeningSession
from ports.telephony import Telephony

ORDER_TRIES: Final = 4
ORDER_PAUSE: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCall:
    """The Dialler listens and never speaks; whatever is said, the Core says it."""

    rooms: Rooms
    links: AudioLinks
    screening: Screening
    telephony: Telephony
    cores: CoreGateway
    seat_call: SeatCall
    conclude: ConcludeUnanswered
    clock: Clock

    async def __call__(self, held: HeldAttempt, call: Call, policy: AnswerPolicy) -> None:
        async with AsyncExitStack() as listening, asyncio.TaskGroup() as tasks:
            seating = tasks.create_task(self.seat_call(call))
            session = await self._listen(call, listening)
            seat = await seating
            if seat is None:
                await self._abandon(held, call)
                return
            verdict = await session.verdict() if session else Verdict.UNSURE
            await self._order(call, seat, await self._order_for(seat, verdict, session, policy))
        await held.change(lambda attempt: attempt.hand_over(seat.server_id, verdict, at=self.clock.now()))

    async def _listen(self, call: Call, listening: AsyncExitStack) -> ScreeningSession | None:
        """None when the room cannot be joined: then the callee counts as unsure, and is talked to."""
        try:
            invitation = await self.rooms.invite(call.id, DIALLER, hears=frozenset({CALLEE}), heard_by=frozenset())
            link = await self.links.join(invitation)
        except PortError:
            return None
        listening.push_async_callback(link.leave)
        return await listening.enter_async_context(self.screening.listen(link.events()))

    async def _order_for(
        self, seat: Seat, verdict: Verdict, session: ScreeningSession | None, policy: AnswerPolicy
    ) -> Order:
        match policy.on(verdict):
            case OnVerdict.TALK:
                return SafeHarbour() if seat.message_only else Talk()
            case OnVerdict.LEAVE_MESSAGE if session and await session.beep(policy.beep_timeout):
                return LeaveMessage()
        return End(reason=verdict.value)

    async def _order(self, call: Call, seat: Seat, order: Order) -> None:
        """A Core that does not answer is asked again; one that is lost becomes a result by itself."""
        for _ in range(ORDER_TRIES):
            try:
                return await self.cores.order(seat.url, call.id, order)
            except NotFound:
                return None  # the callee has hung up: the Core is done with the call
            except Unavailable:
                await self.clock.sleep(ORDER_PAUSE)
        return await self.telephony.hang_up(call.id)

    async def _abandon(self, held: HeldAttempt, call: Call) -> None:
        await self.telephony.hang_up(call.id)
        held.attempt = await self.conclude(held.attempt, Ending(outcome=Outcome.ABANDONED, detail="no_core"))

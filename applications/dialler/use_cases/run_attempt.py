"""One attempt, from the stored intent to the end of its leg."""

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog
from structlog.contextvars import bound_contextvars

from applications.dialler.answer_rates import AnswerRates
from applications.dialler.core_slots import CoreSlots
from applications.dialler.held_attempt import HeldAttempt
from applications.dialler.trunk_shares import TrunkShares
from applications.dialler.use_cases.answer_call import AnswerCall
from applications.dialler.use_cases.conclude_unanswered import ConcludeUnanswered, Ending
from applications.dialler.use_cases.listen_in import ListenIn, Place
from domain.calls.call import Call
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy
from domain.calls.sip_outcome import outcome_of_status
from domain.campaigns.attempt import Attempt, AttemptState
from domain.campaigns.campaign import AnswerPolicy
from domain.measures import DIALS, LEASES_LOST
from ports.attempt_ledger import AttemptLedger
from ports.clock import Clock
from ports.errors import Busy, PortError, Refused, Stale
from ports.metrics import UNMEASURED, Metrics
from ports.rooms import RETURNS, Rooms
from ports.telephony import TOO_LATE, DialOrder, HangUp, LegEvent, LegKind, Telephony
from ports.tracing import UNTRACED, Tracing

LONGEST_CALL: Final = 7200.0
"""Seconds after which a leg is ended whatever a bot's own limit says."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAttempt:
    """Whatever happens to this process in between, another Dialler can tell from what is stored where it stood."""

    attempts: AttemptLedger
    rooms: Rooms
    telephony: Telephony
    listen_in: ListenIn
    answer_call: AnswerCall
    conclude: ConcludeUnanswered
    slots: CoreSlots
    trunks: TrunkShares
    rates: AnswerRates
    clock: Clock
    metrics: Metrics = UNMEASURED
    tracing: Tracing = UNTRACED

    async def __call__(self, attempt: Attempt, call: Call, policy: AnswerPolicy) -> None:
        """Never raises: an attempt that could not be finished is left to its lease, and so to whoever recovers it."""
        with bound_contextvars(call_id=call.id, attempt_id=attempt.id), self.tracing.span("attempt", call=call.id):
            await self._carry(attempt, call, policy)

    async def _carry(self, attempt: Attempt, call: Call, policy: AnswerPolicy) -> None:
        held = HeldAttempt(attempt=attempt, ledger=self.attempts, clock=self.clock)
        try:
            async with held.kept():
                await self._run(held, call, policy)
            await self._wait_for_the_end(held, call)
        except* Stale:
            self.metrics.count(LEASES_LOST, "attempt")
            log.info("attempt_taken_over", attempt_id=attempt.id, call_id=call.id)
        except* PortError as group:
            log.warning("attempt_left", attempt_id=attempt.id, call_id=call.id, errors=len(group.exceptions))
        finally:
            self.slots.give_back(call.id)
            self.trunks.give_back(call.id)
        if held.attempt.outcome is Outcome.LINE_LOST:
            await self._hang_up_who_returns(call)

    async def _run(self, held: HeldAttempt, call: Call, policy: AnswerPolicy) -> None:
        await held.renew()  # a Dialler that was asleep since it opened the attempt is told here, before it dials
        if await self._dial(held, call, policy):
            async with self.listen_in(call) as place:
                await self._follow(held, call, policy, place)

    async def _follow(self, held: HeldAttempt, call: Call, policy: AnswerPolicy, place: Place) -> None:
        async for event in self.telephony.watch(call.id):
            match event.kind:
                case LegKind.RINGING:
                    log.info("ringing")
                    place.take()
                    await held.change(partial(Attempt.ring, at=event.at))
                case LegKind.ANSWERED:
                    log.info("answered")
                    self.rates.see(held.attempt.campaign_id, answered=True)
                    await held.change(partial(Attempt.answer, at=event.at))
                    await self.answer_call(held, call, policy, place)
                    return
                case LegKind.ENDED:
                    log.info("not_answered", status=event.status, reason=event.reason)
                    self.rates.see(held.attempt.campaign_id, answered=False)
                    await self._end(held, call, _ending_of(event))

    async def _dial(self, held: HeldAttempt, call: Call, policy: AnswerPolicy) -> bool:
        """Whether the INVITE is on its way. Unavailable passes through: only `find` can say, and recovery asks it.
        Raises Stale when the lease ran out before: the attempt is somebody else's, or will be."""
        order = DialOrder(
            call_id=call.id,
            brand=call.brand,
            room=call.id,
            trunk_id=call.trunk_id,
            to=call.phone,
            caller_number=call.caller_number,
            ring_timeout=policy.ring_timeout,
            max_duration=LONGEST_CALL,
            not_after=held.attempt.lease.until,
        )
        try:
            with self.tracing.span("dial"):
                await self.rooms.open(call.id)
                await self.telephony.dial(order)
        except Busy:
            self.metrics.count(DIALS, "busy")
            log.warning("dial_no_room")
            await self._end(held, call, Ending(outcome=Outcome.CONGESTION, detail="no_room"))
            return False
        except Refused as refused:
            if refused.reason == TOO_LATE:
                log.warning("dial_too_late", attempt_id=held.attempt.id, call_id=call.id)
                raise Stale("the lease ran out before the dial") from None
            self.metrics.count(DIALS, "refused")
            log.warning("dial_refused", reason=refused.reason)
            await self._end(held, call, Ending(outcome=Outcome.TRUNK_FAULT, detail=refused.reason))
            return False
        self.metrics.count(DIALS, "placed")
        log.info("dialled", trunk_id=call.trunk_id)
        return True

    async def _end(self, held: HeldAttempt, call: Call, ending: Ending) -> None:
        """The room first: once the attempt has ended, nobody looks for what was left behind."""
        await self.rooms.close(call.id)
        held.attempt = await self.conclude(held.attempt, ending)

    async def _wait_for_the_end(self, held: HeldAttempt, call: Call) -> None:
        """The Core has the call; its seat and channel are taken until the leg has ended."""
        if held.attempt.state is AttemptState.HANDED_OVER:
            async for _ in self.telephony.watch(call.id):
                pass
            log.info("line_free")

    async def _hang_up_who_returns(self, call: Call) -> None:
        for pause in RETURNS:
            await self.clock.sleep(pause)
            with suppress(PortError):
                await self.rooms.close(call.id)


def _ending_of(event: LegEvent) -> Ending:
    by = EndedBy.CALLEE if event.by is HangUp.CALLEE else EndedBy.SYSTEM
    if event.status is None:
        return Ending(outcome=Outcome.LINE_LOST, detail="exchange_lost")
    return Ending(outcome=outcome_of_status(event.status, event.reason), by=by, status=event.status)

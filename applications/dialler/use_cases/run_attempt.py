"""One attempt, from the stored intent to the end of its leg."""

from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog

from applications.dialler.answer_rates import AnswerRates
from applications.dialler.core_slots import CoreSlots
from applications.dialler.held_attempt import HeldAttempt
from applications.dialler.trunk_shares import TrunkShares
from applications.dialler.use_cases.answer_call import AnswerCall
from applications.dialler.use_cases.conclude_unanswered import ConcludeUnanswered, Ending
from domain.calls.call import Call
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy
from domain.calls.sip_outcome import outcome_of_status
from domain.campaigns.attempt import Attempt, AttemptState
from domain.campaigns.campaign import AnswerPolicy
from ports.attempt_ledger import AttemptLedger
from ports.clock import Clock
from ports.errors import Busy, PortError, Refused, Stale
from ports.rooms import Rooms
from ports.telephony import DialOrder, HangUp, LegEvent, LegKind, Telephony

LONGEST_CALL: Final = 7200.0
"""Seconds after which a leg is ended whatever a bot's own limit says."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAttempt:
    """Whatever happens to this process in between, another Dialler can tell from what is stored where it stood."""

    attempts: AttemptLedger
    rooms: Rooms
    telephony: Telephony
    answer_call: AnswerCall
    conclude: ConcludeUnanswered
    slots: CoreSlots
    trunks: TrunkShares
    rates: AnswerRates
    clock: Clock

    async def __call__(self, attempt: Attempt, call: Call, policy: AnswerPolicy) -> None:
        """Never raises: an attempt that could not be finished is left to its lease, and so to whoever recovers it."""
        held = HeldAttempt(attempt=attempt, ledger=self.attempts, clock=self.clock)
        try:
            async with held.kept():
                await self._run(held, call, policy)
            await self._wait_for_the_end(held, call)
        except* Stale:
            log.info("attempt_taken_over", attempt_id=attempt.id, call_id=call.id)
        except* PortError as group:
            log.warning("attempt_left", attempt_id=attempt.id, call_id=call.id, errors=len(group.exceptions))
        finally:
            self.slots.give_back(call.id)
            self.trunks.give_back(call.id)

    async def _run(self, held: HeldAttempt, call: Call, policy: AnswerPolicy) -> None:
        await held.renew()  # a Dialler that was asleep since it opened the attempt is told here, before it dials
        if not await self._dial(held, call, policy):
            return
        async for event in self.telephony.watch(call.id):
            match event.kind:
                case LegKind.RINGING:
                    await held.change(partial(Attempt.ring, at=event.at))
                case LegKind.ANSWERED:
                    self.rates.see(held.attempt.campaign_id, answered=True)
                    await held.change(partial(Attempt.answer, at=event.at))
                    await self.answer_call(held, call, policy)
                    return
                case LegKind.ENDED:
                    self.rates.see(held.attempt.campaign_id, answered=False)
                    held.attempt = await self.conclude(held.attempt, _ending_of(event))
                    await self.rooms.close(call.id)

    async def _dial(self, held: HeldAttempt, call: Call, policy: AnswerPolicy) -> bool:
        """Whether the INVITE is on its way. Unavailable passes through: only `find` can say, and recovery asks it."""
        order = DialOrder(
            call_id=call.id,
            brand=call.brand,
            room=call.id,
            trunk_id=call.trunk_id,
            to=call.phone,
            caller_number=call.caller_number,
            ring_timeout=policy.ring_timeout,
            max_duration=LONGEST_CALL,
        )
        try:
            await self.rooms.open(call.id)
            await self.telephony.dial(order)
        except Busy:
            held.attempt = await self.conclude(held.attempt, Ending(outcome=Outcome.CONGESTION, detail="no_room"))
            return False
        except Refused as refused:
            ending = Ending(outcome=Outcome.TRUNK_FAULT, detail=refused.reason)
            held.attempt = await self.conclude(held.attempt, ending)
            return False
        return True

    async def _wait_for_the_end(self, held: HeldAttempt, call: Call) -> None:
        """The Core has the call; its seat and channel are taken until the leg has ended."""
        if held.attempt.state is AttemptState.HANDED_OVER:
            async for _ in self.telephony.watch(call.id):
                pass


def _ending_of(event: LegEvent) -> Ending:
    by = EndedBy.CALLEE if event.by is HangUp.CALLEE else EndedBy.SYSTEM
    if event.status is None:
        return Ending(outcome=Outcome.LINE_LOST, detail="exchange_lost")
    return Ending(outcome=outcome_of_status(event.status, event.reason), by=by, status=event.status)

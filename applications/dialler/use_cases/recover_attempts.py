"""Finds attempts whose Dialler is gone, asks the telephony what became of them, and brings each to its end."""

from dataclasses import dataclass
from typing import Final

import structlog

from applications.dialler.held_attempt import LEASE
from applications.dialler.use_cases.conclude_unanswered import ConcludeUnanswered, Ending, left_to_core
from domain.calls.call import Call, CallState
from domain.calls.outcome import Outcome
from domain.calls.sip_outcome import outcome_of_status
from domain.campaigns.attempt import Attempt
from ports.attempt_ledger import AttemptLedger
from ports.call_store import CallStore
from ports.clock import Clock
from ports.core_gateway import CoreGateway
from ports.errors import NotFound, PortError, Stale
from ports.fleet_registry import FleetRegistry
from ports.messages.core import Talk
from ports.rooms import Rooms
from ports.telephony import HangUp, Leg, LegEvent, LegState, Telephony

BATCH: Final = 50
ANSWERED: Final = 200

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverAttempts:
    """Nobody redials a lead until `find` has answered; while it does not, the attempt waits for its next turn."""

    attempts: AttemptLedger
    calls: CallStore
    fleet: FleetRegistry
    cores: CoreGateway
    telephony: Telephony
    rooms: Rooms
    conclude: ConcludeUnanswered
    clock: Clock
    dialler: str

    async def __call__(self) -> int:
        """How many were brought on."""
        now = self.clock.now()
        recovered = 0
        for attempt in await self.attempts.claim_abandoned(holder=self.dialler, at=now, until=now + LEASE, limit=BATCH):
            try:
                await self._recover(attempt)
            except Stale:
                continue
            except PortError as error:
                log.warning("attempt_not_recovered_yet", attempt_id=attempt.id, error=type(error).__name__)
                continue
            recovered += 1
        return recovered

    async def _recover(self, attempt: Attempt) -> None:
        leg = await self.telephony.find(attempt.call_id)
        call = await self._call(attempt)
        log.info("attempt_recovered", attempt_id=attempt.id, call_id=attempt.call_id, leg=leg.state.value)
        if call and call.state is CallState.LIVE:
            return await self._leave_to_core(attempt, call, leg)
        if leg.state in {LegState.RINGING, LegState.ANSWERED}:
            await self.telephony.hang_up(attempt.call_id)
        await self.rooms.close(attempt.call_id)
        if call is None:  # the intent was stored and its call was not: nothing can have rung
            ended = attempt.finish(Outcome.CANCELLED, at=self.clock.now(), detail="never_placed")
            await self.attempts.save(ended)
        else:
            await self.conclude(attempt, _ending(leg, attempt))
        return None

    async def _call(self, attempt: Attempt) -> Call | None:
        try:
            return await self.calls.get(attempt.brand, attempt.call_id)
        except NotFound:
            return None

    async def _leave_to_core(self, attempt: Attempt, call: Call, leg: Leg) -> None:
        """A Core is in the call, so the result comes from there. It may never have had its orders: they do no harm."""
        handed = await self.attempts.save(left_to_core(attempt, call, at=self.clock.now()))
        if leg.state is LegState.ANSWERED and handed.server_id:
            server = await self.fleet.get(handed.server_id)
            try:
                await self.cores.order(server.url, call.id, Talk())
            except PortError:
                return  # gone as well: the API ends its rooms, its journal becomes the result


def _ending(leg: Leg, attempt: Attempt) -> Ending:
    match leg.state:
        case LegState.NEVER_PLACED:
            return Ending(outcome=Outcome.CANCELLED, detail="never_placed")
        case LegState.UNKNOWN:
            return Ending(outcome=Outcome.UNKNOWN, detail="find_unknown")
        case LegState.ENDED if leg.end and _lost(leg.end):
            return Ending(outcome=Outcome.LINE_LOST, detail="exchange_lost")
        case LegState.ENDED if leg.end and leg.end.status and leg.end.status >= 300:
            return Ending(outcome=outcome_of_status(leg.end.status, leg.end.reason), status=leg.end.status)
    answered = attempt.answered_at is not None or leg.state is LegState.ANSWERED
    return Ending(outcome=Outcome.DIALLER_LOST, detail="while_answered" if answered else "while_ringing")


def _lost(end: LegEvent) -> bool:
    """Neither side ended it: whoever carried it went away, while it rang or after the answer."""
    return end.status is None or (end.status == ANSWERED and end.by is HangUp.NETWORK)

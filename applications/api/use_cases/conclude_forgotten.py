"""Brings calls to an end that were planned and then heard of no more."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from applications.api.use_cases.conclude_call import ConcludeCall
from domain.calls.call import Call, Direction
from domain.calls.outcome import Outcome
from domain.calls.sip_outcome import outcome_of_status
from domain.campaigns.attempt import LEASED, Attempt
from ports.attempt_ledger import AttemptLedger
from ports.call_store import CallStore
from ports.clock import Clock
from ports.errors import NotFound, PortError
from ports.rooms import Rooms
from ports.telephony import Leg, LegState, Telephony

FORGOTTEN_AFTER: Final = timedelta(minutes=10)
"""Longer than any call rings."""

NEVER_JOINED_AFTER: Final = timedelta(minutes=2)
"""How long a Core that a call was handed to has to say that it is in it, or to come back with its result."""

BATCH: Final = 200

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcludeForgotten:
    """A dialout or a call that came in whose Core died before it joined, a campaign's call whose attempt ended without
    it, or whose Core died between taking it and joining it. Calls that came in ring for less than a minute, and so are
    looked at sooner."""

    calls: CallStore
    attempts: AttemptLedger
    telephony: Telephony
    rooms: Rooms
    conclude: ConcludeCall
    clock: Clock

    async def __call__(self) -> int:
        """How many came to their end."""
        concluded = 0
        for call in await self.calls.planned_before(self.clock.now() - NEVER_JOINED_AFTER, limit=BATCH):
            try:
                concluded += await self._conclude(call)
            except PortError as error:
                log.warning("forgotten_call_not_concluded_yet", call_id=call.id, error=type(error).__name__)
        return concluded

    async def _conclude(self, call: Call) -> bool:
        attempt = await self._attempt(call)
        if attempt and attempt.state in LEASED:
            return False
        if attempt and attempt.outcome:
            await self.conclude(call.brand, call.id, attempt.outcome, detail="as_its_attempt")
            return True
        if attempt:
            return await self._conclude_never_joined(call, attempt.verdict_at or attempt.opened_at)
        old = call.created_at < self.clock.now() - FORGOTTEN_AFTER
        if not old and call.direction is not Direction.INBOUND:
            return False
        leg = await self.telephony.find(call.id)
        if not old and leg.state in {LegState.RINGING, LegState.ANSWERED}:
            return False  # its Core may be in it and unable to say so
        if leg.state is LegState.RINGING:
            return False  # placed late; it will be answered or end by itself
        if leg.state is LegState.ANSWERED:
            await self.rooms.close(call.id)  # nobody of ours is there: the callee would talk to silence
        outcome, status = _ending(call, leg)
        await self.conclude(call.brand, call.id, outcome, detail=f"forgotten_{leg.state.value}", sip_status=status)
        return True

    async def _conclude_never_joined(self, call: Call, handed_over_at: datetime) -> bool:
        """A result that the Core may still have replaces this one."""
        if handed_over_at >= self.clock.now() - NEVER_JOINED_AFTER:
            return False
        if (await self.telephony.find(call.id)).state in {LegState.RINGING, LegState.ANSWERED}:
            return False  # its Core may be in it and unable to say so
        await self.conclude(call.brand, call.id, Outcome.CORE_LOST, detail="core_never_joined")
        return True

    async def _attempt(self, call: Call) -> Attempt | None:
        if call.direction is not Direction.CAMPAIGN:
            return None
        try:
            return await self.attempts.of_call(call.brand, call.id)
        except NotFound:
            return None


def _ending(call: Call, leg: Leg) -> tuple[Outcome, int | None]:
    if call.direction is Direction.INBOUND:
        return (Outcome.CORE_LOST if leg.state is LegState.ANSWERED else Outcome.NO_ANSWER), None
    match leg.state:
        case LegState.NEVER_PLACED:
            return Outcome.CONGESTION, None
        case LegState.UNKNOWN:
            return Outcome.UNKNOWN, None
        case LegState.ENDED if leg.end and leg.end.status and leg.end.status >= 300:
            return outcome_of_status(leg.end.status, leg.end.reason), leg.end.status
    return (Outcome.DIALLER_LOST if call.direction is Direction.CAMPAIGN else Outcome.CORE_LOST), None

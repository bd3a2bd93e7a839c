"""Ends a call that never came to a conversation: its document first, then its attempt."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.calls.call import Call, CallState
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy, Result, ResultSource
from domain.campaigns.attempt import LEASED, Attempt, AttemptState, Verdict
from domain.errors import RuleBroken
from ports.attempt_ledger import AttemptLedger
from ports.call_store import CallStore
from ports.clock import Clock
from ports.errors import Stale


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How it ended. `status` is the final SIP status, `detail` a word for those who look into it."""

    outcome: Outcome
    by: EndedBy = EndedBy.SYSTEM
    status: int | None = None
    detail: str | None = None


UNENDED: Final = frozenset(AttemptState) - {AttemptState.ENDED, AttemptState.SETTLED}


def left_to_core(attempt: Attempt, call: Call, *, at: datetime) -> Attempt:
    """Handed over to the Core that is in its call, whoever saw it answered."""
    if call.server_id is None:
        raise RuleBroken(f"no Core is in call {call.id}")
    if attempt.state in {AttemptState.OPENED, AttemptState.RINGING}:
        attempt = attempt.answer(at=call.live_at or at)
    return attempt.hand_over(call.server_id, attempt.verdict or Verdict.UNSURE, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcludeUnanswered:
    """The call's document and its event are one write; a crash after it is mended by whoever finds the attempt."""

    calls: CallStore
    attempts: AttemptLedger
    clock: Clock

    async def __call__(self, attempt: Attempt, ending: Ending) -> Attempt:
        """The attempt with its outcome: that of the call's result, should it have one already. A call that a Core has
        come into has its result from there, even when nobody was told: then the attempt is handed over."""
        call = await self._conclude_call(attempt, ending)
        while attempt.state in (LEASED if call.result is None else UNENDED):
            try:
                return await self.attempts.save(self._changed(attempt, call, ending))
            except Stale:
                attempt = await self.attempts.get(attempt.brand, attempt.id)
        return attempt

    async def _conclude_call(self, attempt: Attempt, ending: Ending) -> Call:
        while True:
            call = await self.calls.get(attempt.brand, attempt.call_id)
            if call.state is not CallState.PLANNED:
                return call
            try:
                return await self.calls.save(call.conclude(self._result(call, attempt, ending)))
            except (Stale, RuleBroken):
                continue

    def _changed(self, attempt: Attempt, call: Call, ending: Ending) -> Attempt:
        at = self.clock.now()
        if call.result is None:
            return left_to_core(attempt, call, at=at)
        return attempt.finish(call.result.outcome, at=at, sip_status=ending.status, detail=ending.detail)

    def _result(self, call: Call, attempt: Attempt, ending: Ending) -> Result:
        return Result(
            digest=hashlib.sha256(f"dialler/{call.id}/{ending.outcome}".encode()).hexdigest(),
            outcome=ending.outcome,
            ended_by=ending.by,
            source=ResultSource.DIALLER,
            ended_at=self.clock.now(),
            answered_at=attempt.answered_at,
            sip_status=ending.status,
            detail=ending.detail,
        )

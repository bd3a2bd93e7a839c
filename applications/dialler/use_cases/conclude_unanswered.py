"""Ends a call that never came to a conversation: its document first, then its attempt."""

import hashlib
from dataclasses import dataclass

from domain.calls.call import Call, CallState
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy, Result, ResultSource
from domain.campaigns.attempt import Attempt, AttemptState
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcludeUnanswered:
    """The call's document and its event are one write; a crash after it is mended by whoever finds the attempt."""

    calls: CallStore
    attempts: AttemptLedger
    clock: Clock

    async def __call__(self, attempt: Attempt, ending: Ending) -> Attempt:
        """The attempt with its outcome: that of the call's result, should it have one already."""
        outcome = await self._conclude_call(attempt, ending)
        while attempt.state not in {AttemptState.ENDED, AttemptState.SETTLED}:
            at = self.clock.now()
            ended = attempt.finish(outcome, at=at, sip_status=ending.status, detail=ending.detail)
            try:
                return await self.attempts.save(ended)
            except Stale:
                attempt = await self.attempts.get(attempt.brand, attempt.id)
        return attempt

    async def _conclude_call(self, attempt: Attempt, ending: Ending) -> Outcome:
        while True:
            call = await self.calls.get(attempt.brand, attempt.call_id)
            if call.state is CallState.ENDED and call.result:
                return call.result.outcome
            try:
                await self.calls.save(call.conclude(self._result(call, attempt, ending)))
            except (Stale, RuleBroken):
                continue
            return ending.outcome

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

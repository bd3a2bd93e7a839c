"""One try to reach a lead: stored before anything rings, settled when its lead knows what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.calls.outcome import Outcome
from domain.ids import AttemptId, BrandId, CallId, CampaignId, LeadId, ServerId, TrunkId
from domain.lease import Lease
from domain.lifecycle import move


class AttemptState(StrEnum):
    OPENED = "opened"  # the intent is stored; the INVITE may or may not have gone out
    RINGING = "ringing"
    ANSWERED = "answered"
    HANDED_OVER = "handed_over"  # a Core has its orders; the result comes from there
    ENDED = "ended"  # it has an outcome
    SETTLED = "settled"  # its lead knows


MOVES: Final[Mapping[AttemptState, frozenset[AttemptState]]] = {
    AttemptState.OPENED: frozenset({AttemptState.RINGING, AttemptState.ANSWERED, AttemptState.ENDED}),
    AttemptState.RINGING: frozenset({AttemptState.ANSWERED, AttemptState.ENDED}),
    AttemptState.ANSWERED: frozenset({AttemptState.HANDED_OVER, AttemptState.ENDED}),
    AttemptState.HANDED_OVER: frozenset({AttemptState.ENDED}),
    AttemptState.ENDED: frozenset({AttemptState.SETTLED}),
    AttemptState.SETTLED: frozenset(),
}

IN_FLIGHT: Final = frozenset(
    {AttemptState.OPENED, AttemptState.RINGING, AttemptState.ANSWERED, AttemptState.HANDED_OVER}
)
LEASED: Final = frozenset({AttemptState.OPENED, AttemptState.RINGING, AttemptState.ANSWERED})
"""States in which a Dialler is at work on it; one whose lease has run out is taken over by another."""


class Verdict(StrEnum):
    """Who or what answered, as the screening heard it."""

    HUMAN = "human"
    MACHINE = "machine"
    SILENCE = "silence"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An attempt's document, in the collection `campaign_calls`. Its id is its lead's, a dot, and its number."""

    id: AttemptId
    brand: BrandId
    campaign_id: CampaignId
    lead_id: LeadId
    call_id: CallId
    number: int
    phone: str
    caller_number: str
    trunk_id: TrunkId
    opened_at: datetime
    lease: Lease
    state: AttemptState = AttemptState.OPENED
    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    verdict: Verdict | None = None
    verdict_at: datetime | None = None
    server_id: ServerId | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    sip_status: int | None = None
    detail: str | None = None
    version: int = 0

    def ring(self, *, at: datetime) -> "Attempt":
        return replace(self, state=move(MOVES, self.state, AttemptState.RINGING), ringing_at=at)

    def answer(self, *, at: datetime) -> "Attempt":
        return replace(self, state=move(MOVES, self.state, AttemptState.ANSWERED), answered_at=at)

    def hand_over(self, server_id: ServerId, verdict: Verdict, *, at: datetime) -> "Attempt":
        state = move(MOVES, self.state, AttemptState.HANDED_OVER)
        return replace(self, state=state, server_id=server_id, verdict=verdict, verdict_at=at)

    def finish(
        self, outcome: Outcome, *, at: datetime, sip_status: int | None = None, detail: str | None = None
    ) -> "Attempt":
        """It has an outcome. The first one stands, unless it was the stand-in of a lost Core."""
        if self.state in {AttemptState.ENDED, AttemptState.SETTLED}:
            return self if self.outcome is not Outcome.CORE_LOST else replace(self, outcome=outcome)
        state = move(MOVES, self.state, AttemptState.ENDED)
        return replace(
            self, state=state, outcome=outcome, ended_at=at, sip_status=sip_status or self.sip_status, detail=detail
        )

    def settle(self) -> "Attempt":
        return replace(self, state=move(MOVES, self.state, AttemptState.SETTLED))

    def take_over(self, holder: str, until: datetime) -> "Attempt":
        """Another Dialler looks after it from now on; the fence tells the one before."""
        return replace(self, lease=Lease(holder=holder, until=until, fence=self.lease.fence + 1))

    def renew(self, until: datetime) -> "Attempt":
        return replace(self, lease=replace(self.lease, until=until))

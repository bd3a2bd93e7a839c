"""A lead: a person to reach in one campaign, and how far the campaign has come with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.calls.outcome import LeadEnd, Outcome
from domain.errors import RuleBroken
from domain.ids import AttemptId, BrandId, CampaignId, LeadId
from domain.lease import Lease
from domain.lifecycle import move
from domain.phone.number import PhoneNumber


class LeadState(StrEnum):
    WAITING = "waiting"  # due at `due_at`
    LEASED = "leased"  # a Dialler looks at it, for some seconds
    DIALLING = "dialling"  # its attempt is open
    DONE = "done"


MOVES: Final[Mapping[LeadState, frozenset[LeadState]]] = {
    LeadState.WAITING: frozenset({LeadState.LEASED, LeadState.DONE}),
    LeadState.LEASED: frozenset({LeadState.LEASED, LeadState.WAITING, LeadState.DIALLING, LeadState.DONE}),
    LeadState.DIALLING: frozenset({LeadState.WAITING, LeadState.DONE}),
    LeadState.DONE: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A lead's document. `attempts` counts tries that say something of the lead; `end` is a LeadEnd or an Outcome."""

    id: LeadId
    brand: BrandId
    campaign_id: CampaignId
    phone: PhoneNumber
    created_at: datetime
    due_at: datetime
    external_id: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    consent: bool = True
    priority: int = 0
    state: LeadState = LeadState.WAITING
    lease: Lease | None = None
    tries: int = 0
    attempts: int = 0
    attempt_id: AttemptId | None = None
    last_outcome: Outcome | None = None
    end: str | None = None
    version: int = 0

    @property
    def claimable_from(self) -> datetime | None:
        """When it may be claimed unless somebody changes it: due, or its lease run out. None for never."""
        if self.state is LeadState.WAITING:
            return self.due_at
        return self.lease.until if self.state is LeadState.LEASED and self.lease else None

    def claim(self, holder: str, until: datetime) -> "Lead":
        fence = (self.lease.fence if self.lease else 0) + 1
        return self._move(LeadState.LEASED, lease=Lease(holder=holder, until=until, fence=fence))

    @property
    def next_attempt_id(self) -> AttemptId:
        """The id that the next try will have, whoever makes it: so that no try is made twice."""
        return AttemptId(f"{self.id}.{self.tries + 1}")

    def dial(self) -> "Lead":
        """Its next attempt is open."""
        return self._move(LeadState.DIALLING, attempt_id=self.next_attempt_id, tries=self.tries + 1)

    def give_back(self, *, due_at: datetime) -> "Lead":
        """Not now; nothing was tried."""
        if self.state is not LeadState.LEASED:
            raise RuleBroken("only a leased lead is given back")
        return self._move(LeadState.WAITING, due_at=due_at)

    def try_again(self, outcome: Outcome, *, due_at: datetime, counts: bool) -> "Lead":
        """Its attempt ended and another is due."""
        attempts = self.attempts + counts
        return self._move(LeadState.WAITING, due_at=due_at, attempt_id=None, last_outcome=outcome, attempts=attempts)

    def finish(self, end: LeadEnd | Outcome, *, outcome: Outcome | None = None, counts: bool = False) -> "Lead":
        """Done for good. `outcome` is that of its last attempt, where one has just ended."""
        return self._move(
            LeadState.DONE,
            attempt_id=None,
            last_outcome=outcome or self.last_outcome,
            attempts=self.attempts + counts,
            end=end.value,
        )

    def _move(self, state: LeadState, **changes: object) -> "Lead":
        return replace(self, state=move(MOVES, self.state, state), **changes)  # type: ignore[arg-type]  # checked by the callers above

"""Pushes of what happened to a CRM: to whom, how often, and what each answered."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.ids import BrandId, CallId, DeliveryId, TargetId
from domain.lifecycle import move

SCHEDULE: Final = (5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 50400.0, 72000.0, 86400.0)
"""Seconds between tries: ten tries over 75.6 hours, the example schedule of Standard Webhooks 1.0.0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmTarget:
    """Where a brand's pushes go. `secret` is `whsec_` and base64, 24 to 64 bytes; it is never shown again."""

    id: TargetId
    brand: BrandId
    name: str
    url: str
    secret: str
    created_at: datetime
    active: bool = True
    disabled_because: str | None = None
    version: int = 0

    def disable(self, why: str) -> "CrmTarget":
        return replace(self, active=False, disabled_because=why)


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"  # given up; may be replayed


MOVES: Final[Mapping[DeliveryState, frozenset[DeliveryState]]] = {
    DeliveryState.PENDING: frozenset({DeliveryState.PENDING, DeliveryState.DELIVERED, DeliveryState.DEAD}),
    DeliveryState.DELIVERED: frozenset({DeliveryState.PENDING}),
    DeliveryState.DEAD: frozenset({DeliveryState.PENDING}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PushTry:
    """One try: the status that came back, or the error in one word, with the answer's first bytes."""

    at: datetime
    milliseconds: int
    status: int | None = None
    error: str | None = None
    answer: str = ""
    retry_after: float | None = None

    @property
    def succeeded(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """410: the receiver asks never to be called again."""
        return self.status == 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One push's document. Its id is the message's id on the wire, the same over every try."""

    id: DeliveryId
    brand: BrandId
    target_id: TargetId
    call_id: CallId
    kind: str
    body: str
    created_at: datetime
    due_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    tries: tuple[PushTry, ...] = ()
    version: int = 0

    def tried(self, result: PushTry, *, chance: float) -> "Delivery":
        """After a try: delivered, due again, or dead. `chance` between 0 and 1 spreads retries by a tenth."""
        tries = (*self.tries, result)
        if result.succeeded:
            return replace(self, state=move(MOVES, self.state, DeliveryState.DELIVERED), tries=tries)
        if result.at < self.created_at:
            return replace(self, tries=tries)  # begun before a replay, which is due as it was
        since_replay = sum(1 for past in tries if past.at >= self.created_at)
        if result.gone or since_replay > len(SCHEDULE):
            return replace(self, state=move(MOVES, self.state, DeliveryState.DEAD), tries=tries)
        wait = SCHEDULE[since_replay - 1] * (0.9 + 0.2 * chance)
        due = result.at + timedelta(seconds=max(wait, result.retry_after or 0.0))
        return replace(self, state=move(MOVES, self.state, DeliveryState.PENDING), tries=tries, due_at=due)

    def give_up(self, why: PushTry) -> "Delivery":
        """Nobody tries again by itself: the target is switched off, or it was only a test."""
        return replace(self, state=move(MOVES, self.state, DeliveryState.DEAD), tries=(*self.tries, why))

    def replay(self, *, at: datetime) -> "Delivery":
        """Send it again, with the whole schedule ahead of it."""
        return replace(self, state=move(MOVES, self.state, DeliveryState.PENDING), created_at=at, due_at=at)

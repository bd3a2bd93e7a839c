"""When to try again, by what came of the last try."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Final

from domain.calls.outcome import NOT_AN_ATTEMPT, Outcome
from domain.limits import Between

FINAL: Final = frozenset(
    {
        Outcome.COMPLETED,
        Outcome.OPTED_OUT,
        Outcome.TRANSFERRED,
        Outcome.INVALID_NUMBER,
        Outcome.MAX_DURATION,
    }
)
"""Outcomes after which nobody tries again, whatever a plan says."""


Seconds = Annotated[float, Between(0, 365 * 86_400)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """Seconds to wait before the next try, between `least` and `most`, so that retries do not come in waves."""

    least: Seconds
    most: Seconds

    def after(self, at: datetime, chance: float) -> datetime:
        """`chance` lies between 0 and 1."""
        return at + timedelta(seconds=self.least + (self.most - self.least) * chance)


HOURS: Final = 3600.0
STANDARD: Final[Mapping[Outcome, Delay]] = {
    Outcome.NO_ANSWER: Delay(least=2 * HOURS, most=4 * HOURS),
    Outcome.BUSY: Delay(least=300, most=900),
    Outcome.REJECTED: Delay(least=20 * HOURS, most=28 * HOURS),
    Outcome.MACHINE: Delay(least=4 * HOURS, most=24 * HOURS),
    Outcome.SILENT: Delay(least=2 * HOURS, most=4 * HOURS),
    Outcome.ABANDONED: Delay(least=72 * HOURS, most=76 * HOURS),
    Outcome.CORE_LOST: Delay(least=60, most=300),
    Outcome.LINE_LOST: Delay(least=60, most=300),
    Outcome.DIALLER_LOST: Delay(least=60, most=300),
    Outcome.UNKNOWN: Delay(least=2 * HOURS, most=4 * HOURS),
    Outcome.FAILED: Delay(least=300, most=900),
}
"""Delays from the disposition map of the field; an outcome without one is final."""

GIVEN_BACK: Final = Delay(least=5, most=60)
"""For outcomes that say nothing about the lead, where the plan has no delay of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPlan:
    """At most `max_attempts` tries that count; between them the outcome's delay.

    `max_given_back` bounds the tries that say nothing about the lead, so that a way that is never free has an end.
    """

    max_attempts: Annotated[int, Between(1, 50)] = 3
    max_given_back: Annotated[int, Between(0, 1_000)] = 20
    delays: Mapping[Outcome, Delay] = field(default_factory=lambda: STANDARD)

    def next_due(self, outcome: Outcome, *, attempts: int, tries: int, at: datetime, chance: float) -> datetime | None:
        """When to try again, or None for never. Of `tries` so far, this one included, `attempts` count."""
        if outcome in NOT_AN_ATTEMPT:
            spent = tries - attempts >= self.max_given_back
            return None if spent else self.delays.get(outcome, GIVEN_BACK).after(at, chance)
        if outcome in FINAL or attempts >= self.max_attempts or outcome not in self.delays:
            return None
        return self.delays[outcome].after(at, chance)

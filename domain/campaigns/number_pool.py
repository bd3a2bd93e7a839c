"""Which of our own numbers a callee sees: near to them, and none of them worn out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from domain.limits import Between
from domain.phone.number import SpelledE164


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerNumber:
    """One number of the pool. `daily_cap` is the most calls from it in 24 hours; 0 is no cap."""

    e164: SpelledE164
    daily_cap: Annotated[int, Between(0, 1_000_000)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPool:
    """The numbers that a campaign may show."""

    numbers: tuple[CallerNumber, ...] = ()

    def choose(self, callee: str, used_today: Mapping[str, int]) -> CallerNumber | None:
        """The number nearest to the callee's by prefix, then the least used; None when all are used up."""
        rested = [n for n in self.numbers if not 0 < n.daily_cap <= used_today.get(n.e164, 0)]
        if not rested:
            return None
        return min(rested, key=lambda n: (-_shared(n.e164, callee), used_today.get(n.e164, 0), n.e164))


def _shared(left: str, right: str) -> int:
    """Leading digits in common."""
    for index, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            return index
    return min(len(left), len(right))

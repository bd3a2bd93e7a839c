"""How many of a campaign's calls are picked up: what its plan expects, until enough has been seen."""

from dataclasses import dataclass, replace
from typing import Final

PRIOR_WEIGHT: Final = 20.0
"""The plan's own figure counts like this many calls."""

MEMORY: Final = 300.0
"""Calls seen beyond this many fade, so that the rate follows the hour of the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRate:
    """A share between 0 and 1 with what has been seen behind it."""

    expected: float
    answered: float = 0.0
    ended: float = 0.0

    def see(self, *, answered: bool) -> "AnswerRate":
        """One more call is over, or has been picked up."""
        keep = 1.0 if self.ended < MEMORY else MEMORY / (MEMORY + 1)
        return replace(self, answered=self.answered * keep + answered, ended=self.ended * keep + 1)

    @property
    def value(self) -> float:
        return (self.expected * PRIOR_WEIGHT + self.answered) / (PRIOR_WEIGHT + self.ended)

"""A token bucket: calls per second without bursts."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

DEPTH_SECONDS: Final = 1.0
"""A bucket holds at most one second's worth, and never less than one whole call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenBucket:
    """`level` tokens were there at `filled_at`; they come in at `per_second`."""

    per_second: float
    level: float
    filled_at: datetime

    def at(self, at: datetime) -> "TokenBucket":
        """The bucket as it stands at `at`; a clock that went back fills nothing."""
        passed = max(0.0, (at - self.filled_at).total_seconds())
        depth = max(1.0, self.per_second * DEPTH_SECONDS)
        return replace(self, level=min(depth, self.level + passed * self.per_second), filled_at=at)

    @property
    def whole(self) -> int:
        return int(self.level)

    def take(self, tokens: int) -> "TokenBucket":
        return replace(self, level=self.level - tokens)

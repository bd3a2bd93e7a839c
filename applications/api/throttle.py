"""Slows down those who guess passwords: a bucket of tries for each of them, kept by this process."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from ports.clock import Clock
from ports.errors import Busy

TRIES: Final = 5
SECONDS_A_TRY: Final = 12.0
MOST_BUCKETS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """Five tries at once, then one each twelve seconds."""

    clock: Clock
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def spend(self, who: str) -> None:
        """One try. Raises Busy when there is none left."""
        now = self.clock.monotonic()
        level, at = self._buckets.pop(who, (float(TRIES), now))
        level = min(float(TRIES), level + (now - at) / SECONDS_A_TRY)
        allowed = level >= 1.0
        self._buckets[who] = (level - 1.0 if allowed else level, now)
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        if not allowed:
            raise Busy("too many tries", retry_after=(1.0 - level) * SECONDS_A_TRY)

    def forgive(self, who: str) -> None:
        """It was the right password after all: all tries are there again."""
        self._buckets.pop(who, None)

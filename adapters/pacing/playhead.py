"""Where a speaker's next frame goes on the room's clock, and how far ahead of the room it may be."""

from collections import deque
from typing import Final

from domain.calls.audio import FRAME_SECONDS

LEAD: Final = 0.06
"""Seconds that a speaker may be ahead of the room, so that what is not yet said can be unsaid."""


class Playhead:
    """Places frames one after another. All times in seconds on the room's clock."""

    def __init__(self) -> None:
        self._placed: deque[tuple[float, float]] = deque()
        self._free = 0.0

    def place(self, now: float, seconds: float) -> float:
        """When a frame of that length begins: now, or at the end of the one before."""
        while self._placed and self._placed[0][1] <= now:
            self._placed.popleft()
        at = max(now, self._free)
        self._free = at + seconds
        self._placed.append((at, self._free))
        return at

    def wait(self, now: float) -> float:
        """Seconds until there is room for one more usual frame; not positive when there is."""
        return self._free + FRAME_SECONDS - LEAD - now

    def cut(self, now: float) -> None:
        """Forget what has not begun."""
        while self._placed and self._placed[-1][0] > now:
            self._placed.pop()
        self._free = self._placed[-1][1] if self._placed else now

"""When the frames of a LiveKit track began: one every 20 ms, however late this process came to take them."""

from collections import deque
from typing import Final

from domain.calls.audio import FRAME_SECONDS

REMEMBERED: Final = 25
"""Frames of which the earliest tells when all were due: half a second."""

ASTRAY: Final = 0.2
"""Seconds by which a frame may be late. From there on it is the track that stood still, and not this process."""


class Pulse:
    """LiveKit's library takes sound out of its jitter buffer by a clock of its own, without end and without a gap. What
    is late here was held up here: it comes in a burst, and nothing of it is missing. Placed where they arrived, such
    frames would lie over one another (domain/calls/placing.py would cut them off); so they are counted instead."""

    def __init__(self) -> None:
        self._count = 0
        self._lates: deque[float] = deque(maxlen=REMEMBERED)

    def began(self, now: float) -> float:
        """Of the next frame, which has arrived in full by `now`; never before the room."""
        self._count += 1
        due = self._count * FRAME_SECONDS
        if self._lates and now - due > min(self._lates) + ASTRAY:
            self._lates.clear()
        self._lates.append(now - due)
        return max(0.0, min(self._lates) + due - FRAME_SECONDS)

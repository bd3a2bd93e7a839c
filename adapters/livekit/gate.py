"""What of a continuous track is sound: silence is left out, as "silence is the absence of frames" asks."""

from typing import Final

LOUD: Final = 100
"""The sample from which on it is sound: -50 dBFS, the loudest that a caption takes for silence."""

QUIET: Final = 30
"""Below this, once there was sound, it is silence again; Opus gives back digital silence as samples of 1."""

TAIL: Final = 3
"""Quiet frames that still pass after sound, so that no word loses its end."""


class SilenceGate:
    """Opens at once and closes late."""

    def __init__(self) -> None:
        self._left = 0

    def passes(self, pcm: bytes) -> bool:
        samples = memoryview(pcm).cast("h")
        peak = max(*map(abs, (max(samples), min(samples))))
        if peak >= LOUD:
            self._left = TAIL + 1
        elif peak < QUIET or self._left == 0:
            self._left = max(0, self._left - 1)
        return self._left > 0

"""Silence from the phone is left out before it reaches the room (docs/adr/0004-silence-is-the-absence-of-frames.md)."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from adapters.sip.resampling import Pcm

FAINTEST: Final = 24
"""The peak from which a frame is sound: -63 dBFS, three steps of G.711. Only what a line sends that has nothing to say
is below; the softest onset of speech is above, and so is a room that is merely quiet."""

QUIET: Final = 400
"""The peak below which a frame is a pause between words: -38 dBFS."""

HANGOVER: Final = 15
"""Frames of silence that still pass after sound: pauses within speech stay as they are."""


def peak(frame: Pcm) -> int:
    return int(np.abs(frame.astype(np.int32)).max(initial=0))


class SilenceGate:
    """Frames of 20 ms in, those that are sound out. The frame before an onset comes with it; more would make all that
    follows late, because a room plays what it gets from now on."""

    def __init__(self) -> None:
        self._quiet = HANGOVER
        self._before: Pcm | None = None

    def passed(self, frame: Pcm) -> Iterator[Pcm]:
        if peak(frame) > FAINTEST:
            if self._before is not None:
                yield self._before
            self._quiet, self._before = 0, None
            yield frame
        elif self._quiet < HANGOVER:
            self._quiet += 1
            yield frame
        else:
            self._before = frame

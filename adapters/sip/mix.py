"""What the phone hears: everybody in the room at once."""

from typing import Final

import numpy as np

from adapters.sip.resampling import Pcm
from adapters.sip.silence import QUIET, peak
from domain.calls.audio import FRAME_BYTES

BEHIND: Final = 3 * FRAME_BYTES
LONGEST: Final = 12 * FRAME_BYTES
"""Bytes of a party that may wait. When more than BEHIND do, pauses are left out, so that what a standstill has delayed
does not stay late; beyond a quarter of a second the oldest is dropped."""


class Mix:
    """Each party has a queue of its own, so that two who speak are added and not heard one after the other."""

    def __init__(self) -> None:
        self._waiting: dict[str, bytearray] = {}

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, party: str, pcm: bytes) -> None:
        pcm = pcm[: len(pcm) // 2 * 2]
        queue = self._waiting.setdefault(party, bytearray())
        if len(queue) > BEHIND and peak(np.frombuffer(pcm, "<i2")) < QUIET:
            return
        queue += pcm
        del queue[: max(0, len(queue) - LONGEST)]

    def take(self) -> Pcm:
        """The next 20 ms, with silence where somebody has less."""
        total = np.zeros(FRAME_BYTES // 2, np.int32)
        for party, queue in tuple(self._waiting.items()):
            sound = np.frombuffer(bytes(queue[:FRAME_BYTES]), "<i2")
            total[: len(sound)] += sound
            del queue[:FRAME_BYTES]
            if not queue:
                del self._waiting[party]
        return np.maximum(np.minimum(total, 32_767), -32_768).astype(np.int16)

    def clear(self) -> None:
        self._waiting.clear()

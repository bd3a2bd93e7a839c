"""Between the telephone's 8 kHz and CXB's 16 kHz, frame by frame and without seams.

A half-band filter of our own: soxr's streaming filters give nothing for two to five frames and then all of it at once
(measured: LQ 60 ms, MQ and HQ 100 ms), and its quick one lets everything above 4 kHz fold into speech. This one gives
a frame for a frame, 2 ms late, with 60 dB of damping beyond 4.6 kHz.
"""

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Pcm: TypeAlias = npt.NDArray[np.int16]

TAPS: Final = 63
_PLACES: Final = np.arange(TAPS) - TAPS // 2
HALF_BAND: Final[npt.NDArray[np.float32]] = (np.sinc(_PLACES / 2) / 2 * np.kaiser(TAPS, 6.0)).astype(np.float32)
OUTER: Final = HALF_BAND[::2]
"""Every second tap of a half-band filter is nought, but for the middle one, which is a half: these are the others."""

PAST: Final = len(OUTER) - 1
MIDDLE: Final = len(OUTER) // 2


class Upsampler:
    """8 kHz to 16 kHz. One a call and direction: it remembers the end of the last frame."""

    def __init__(self) -> None:
        self._past = np.zeros(PAST, np.float32)

    def __call__(self, pcm: Pcm) -> Pcm:
        sound = np.concatenate((self._past, pcm), dtype=np.float32)
        self._past = sound[-PAST:]
        spread = np.empty(2 * len(pcm), np.float32)
        spread[::2] = 2 * _convolved(sound)
        spread[1::2] = sound[MIDDLE : MIDDLE + len(pcm)]
        return _rounded(spread)


class Downsampler:
    """16 kHz to 8 kHz; frames have an even number of samples."""

    def __init__(self) -> None:
        self._past = np.zeros(2 * PAST, np.float32)

    def __call__(self, pcm: Pcm) -> Pcm:
        sound = np.concatenate((self._past, pcm), dtype=np.float32)
        self._past = sound[-2 * PAST :]
        odd = sound[2 * MIDDLE - 1 :: 2][: len(pcm) // 2]
        return _rounded(_convolved(sound[::2]) + odd * np.float32(0.5))


def _convolved(sound: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """As many as there are samples after the past."""
    return np.convolve(sound, OUTER, "valid") if len(sound) > PAST else np.zeros(0, np.float32)


def _rounded(sound: npt.NDArray[np.float32]) -> Pcm:
    return np.maximum(np.minimum(np.rint(sound), 32_767), -32_768).astype(np.int16)

"""Words that survive a telephone: each is a tone of its own, heard again by its pitch whatever the path did to it.

A path may shift sound against its frames, compress it, and put a little more or less of it between its parts.
"""

from itertools import groupby
from typing import Final

import numpy as np
import numpy.typing as npt

from domain.calls.audio import FRAME_BYTES, RATE, AudioFrame, Mark

WORDS: Final = (
    *"abcdefghij",
    *("good", "morning", "hello", "psst", "yes", "no", "me", "before", "after", "late"),
    *("one", "two", "three", "four"),
)
LOWEST: Final = 400
STEP: Final = 100
"""In Hz. All pitches lie in a telephone's band, and whole periods of each fill a frame: frames join smoothly."""

LOUDNESS: Final = 8000
FRAMES_A_WORD: Final = 5
"""A tenth of a second: what is spoken through `spoken`; less may be lost on the way."""

WINDOW: Final = FRAME_BYTES // 2
AUDIBLE: Final = 300.0
SURE: Final = 0.5
"""The share of a window's energy that must be at one pitch; between two words neither has it."""

_TIMES: Final = np.arange(WINDOW) / RATE
_PITCHES: Final = LOWEST + STEP * np.arange(len(WORDS))
_WAVES: Final = np.exp(-2j * np.pi * np.outer(_TIMES, _PITCHES))


def frame(word: str) -> AudioFrame:
    """20 ms of the word, marked with it."""
    wave = LOUDNESS * np.sin(2 * np.pi * _PITCHES[WORDS.index(word)] * _TIMES)
    return AudioFrame(pcm=wave.astype("<i2").tobytes(), marks=(Mark(word=word, seconds=0.02),))


def spoken(*said: str) -> tuple[AudioFrame, ...]:
    """Those words, each long enough to be understood."""
    return tuple(frame(word) for word in said for _ in range(FRAMES_A_WORD))


def words(frames: list[AudioFrame]) -> list[str]:
    """What is heard in these frames, each word once for as long as it sounds."""
    samples = np.frombuffer(b"".join(one.pcm for one in frames), "<i2").astype(np.float64)
    if len(samples) < WINDOW:
        return []
    windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[:: WINDOW // 2]
    return [word for word, _ in groupby(filter(None, map(_word_in, windows)))]


def _word_in(window: npt.NDArray[np.float64]) -> str | None:
    energy = float(np.mean(window**2))
    if energy < AUDIBLE**2:
        return None
    shares = 2 * np.abs(window @ _WAVES / WINDOW) ** 2 / energy
    best = int(np.argmax(shares))
    return WORDS[best] if shares[best] >= SURE else None

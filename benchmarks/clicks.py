"""Clicks on a known clock, and where they are found again: how two sounds that began together are measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.rounds import percentile
from domain.calls.audio import FRAME_BYTES, RATE, AudioFrame

Pcm = NDArray[np.int16]

LENGTH: Final = FRAME_BYTES // 2
LOUD: Final = 24_000
CLICK_SECONDS: Final = 0.005
PITCH: Final = 1_000.0
"""Hertz, so that a telephone's codec lets the click through, and Opus does."""

HUM: Final = 1_500
HUSH: Final = 150
HUSHED: Final = (0.4, 0.9)
"""The part of each second that is a pause: soft in one, in which sound is still sent, and silence in the next, in
which nothing is."""

THRESHOLD: Final = 10_000
APART: Final = 0.5
"""Seconds after a click in which there is no other."""


def sound_of_clicks(begins: float, count: int, rate: float = RATE) -> Pcm:
    """So many samples, from `begins` on, of a clock that clicks with each whole second and hums between."""
    times = begins + np.arange(count) / rate
    second = np.floor(times + 0.5 / rate)  # a sample is of the second in which its middle is
    phase = times - second
    level = np.full(count, HUM)
    level[(phase >= HUSHED[0]) & (phase < HUSHED[1])] = HUSH
    level[(level == HUSH) & (second % 2 == 1)] = 0
    pcm = np.where(phase % 0.01 < 0.005, level, -level)
    click = phase < CLICK_SECONDS
    pcm[click] = np.where(phase[click] * PITCH % 1 < 0.5, LOUD, -LOUD)
    return pcm.astype(np.int16)


def frame_of_clicks(begins: float, ends: float) -> AudioFrame:
    """The sound from `begins` to `ends` of that clock, as one frame. A source whose own clock is fast or slow has a
    longer or shorter time in its frame."""
    return AudioFrame(pcm=sound_of_clicks(begins, LENGTH, LENGTH / (ends - begins)).tobytes())


def loud_in(pcm: Pcm, rate: int = RATE) -> list[tuple[float, float]]:
    """Seconds of the first and of the last loud sample of whatever is loud less than `APART` after its first."""
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) >= THRESHOLD) / rate
    found: list[tuple[float, float]] = []
    for at in loud.tolist():
        if found and at - found[-1][0] <= APART:
            found[-1] = found[-1][0], at
        else:
            found.append((at, at))
    return found


def clicks_in(pcm: Pcm, rate: int = RATE) -> list[float]:
    """Seconds at which each begins."""
    return [first for first, _ in loud_in(pcm, rate)]


def spread_in(mixed: Pcm) -> list[float]:
    """Milliseconds by which the parties' clicks of the same second are apart where both are in one sound."""
    return [max(0.0, last - first - CLICK_SECONDS) * 1000 for first, last in loud_in(mixed)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skew:
    """Milliseconds from each click of one side to the nearest of the other; later is positive. `lost` had none.
    `mixed` is how far the two are apart where both sides are in one sound."""

    each: Sequence[float]
    lost: int
    mixed: Sequence[float] = ()

    @property
    def middle(self) -> float:
        return median(self.each)

    @property
    def most(self) -> float:
        return max(abs(value) for value in self.each)

    def share(self, share: float) -> float:
        """That share of all is no further off than this."""
        return percentile([abs(value) for value in self.each], share)


def skew(clicks: Sequence[float], reference: Sequence[float]) -> Skew:
    """Of `clicks` against `reference`. One that is further away than `APART` is another click's."""
    each = []
    for at in reference:
        nearest = min(clicks, key=lambda other: abs(other - at), default=None)
        if nearest is not None and abs(nearest - at) < APART:
            each.append((nearest - at) * 1000)
    return Skew(each=each, lost=len(reference) - len(each))

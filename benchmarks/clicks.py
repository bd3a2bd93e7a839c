"""Clicks on a known clock, and where they are found again: how two sounds that began together are measured."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Final

from benchmarks.rounds import percentile
from domain.calls.audio import FRAME_BYTES, RATE, AudioFrame

LENGTH: Final = FRAME_BYTES // 2
CLICK: Final = array("h", [24_000, -24_000] * 24)
"""Three milliseconds, so that a telephone's codec still lets it through."""

HUM: Final = array("h", [1_500 if n % 160 < 80 else -1_500 for n in range(LENGTH)])
HUSH: Final = array("h", [150 if n % 160 < 80 else -150 for n in range(LENGTH)])
HUSHED: Final = (0.6, 0.9)
"""The part of each second that is a pause. Even there sound is sent: what drops silence finds none."""

THRESHOLD: Final = 10_000
APART: Final = 0.5
"""Seconds after a click in which there is no other."""


def frame_of_clicks(begins: float, ends: float) -> AudioFrame:
    """The sound from `begins` to `ends` of a clock that clicks with each whole second, as one frame. A source whose
    own clock is fast or slow has a longer or shorter time in its frame."""
    pcm = array("h", HUSH if HUSHED[0] <= begins % 1 < HUSHED[1] else HUM)
    per_second = LENGTH / (ends - begins)
    second = ceil(begins - len(CLICK) / per_second)
    first = round((second - begins) * per_second)
    for index in range(max(0, first), min(LENGTH, first + len(CLICK))):
        pcm[index] = CLICK[index - first]
    return AudioFrame(pcm=pcm.tobytes())


def clicks_in(samples: Iterable[int], rate: int = RATE) -> list[float]:
    """Seconds at which a sample is the first above the threshold."""
    found: list[float] = []
    for index, sample in enumerate(samples):
        if abs(sample) >= THRESHOLD and (not found or index / rate - found[-1] > APART):
            found.append(index / rate)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Skew:
    """Milliseconds from each click of one side to the nearest of the other; later is positive. `lost` had none."""

    each: Sequence[float]
    lost: int

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

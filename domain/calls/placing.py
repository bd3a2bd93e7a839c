"""Where the frames of a far end go on a track whose clock is not the far end's."""

from collections import deque
from dataclasses import dataclass
from typing import Final

from domain.calls.audio import RATE

MILLISECOND: Final = RATE // 1000
"""Samples. All lengths and places here are in samples of the track."""

BOUND: Final = 40 * MILLISECOND
"""No frame is further than that from where it arrived."""

LEAST_GAP: Final = 10 * MILLISECOND
"""A frame that comes less than that too late, or early, is jitter whatever the jitter was before."""

MOST_JITTER: Final = 20 * MILLISECOND
"""A frame that comes later than that is a gap, however much the source jitters. MOST_LEAN and this make BOUND."""

STRAY: Final = 3.0
"""How many times the mean deviation is still jitter: an even spread reaches twice as far."""

MEMORY: Final = 64
"""Frames over which lean and deviation are averaged: a good second."""

QUIET_LEAN: Final = 12 * MILLISECOND
"""From there on the track is put right at the next quiet frame,"""

MOST_LEAN: Final = 20 * MILLISECOND
"""and from there on at once."""

QUIET: Final = 330
"""A peak below that (-40 dBFS) is heard as a pause: a cut in it is not."""

WHOLE: Final = 6 * MILLISECOND
"""A gap that is so near to a number of frames is those frames, lost; where there is jitter, as near as that."""

MOST_LOST: Final = 10
"""Frames; what is longer is a pause, and a pause has any length."""

BEFORE: Final = RATE
"""How far before the first frame a later one may still belong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What is to be written, and where: the frame, or what is left of it."""

    start: int
    pcm: bytes


class Placing:
    """One source's frames on one track. They never overlap, and each is within BOUND of its place on arrival.

    Sound that goes on is put end to end, so that jitter chops nothing. How far the arrivals lean away from that is
    averaged; it is what the two clocks have drifted apart, and is put right by a little silence or a little less
    sound, in a pause if one comes in time. A gap stays as long as it was: frames that were lost leave their length.
    A frame that comes after its successor goes into the gap that it left; what has no room is cut off.
    """

    def __init__(self) -> None:
        self._end = 0
        self._lean = self._deviation = 0.0
        self._known = 0
        self._holes: deque[tuple[int, int]] = deque(maxlen=8)

    def place(self, at: int, pcm: bytes) -> Placed | None:
        """None when the frame is left out. `at` is when it began, by the track's clock."""
        if not self._known:
            self._end = at - BEFORE
            return self._begin_anew(at, pcm)
        late = at - self._end - self._lean
        tolerance = min(max(STRAY * self._deviation, LEAST_GAP), MOST_JITTER)
        if late > tolerance:
            return self._leave_gap(at, pcm, late)
        if late < -tolerance:
            return self._fit_in(at, pcm, late)
        self._learn(late)
        return self._go_on(pcm)

    def _begin_anew(self, at: int, pcm: bytes) -> Placed:
        """After a pause nothing is known of how the source leans."""
        start = max(at, self._end)
        self._lean, self._known = float(at - start), 1
        return self._put(start, pcm)

    def _leave_gap(self, at: int, pcm: bytes, late: float) -> Placed:
        length = len(pcm) // 2
        lost = round(late / max(1, length))
        rest = late - lost * length
        if not 1 <= lost <= MOST_LOST or abs(rest) > min(max(STRAY * self._deviation, WHOLE), LEAST_GAP):
            return self._begin_anew(at, pcm)
        self._learn(rest)
        return self._put(self._end + lost * length, pcm)

    def _go_on(self, pcm: bytes) -> Placed | None:
        lean = abs(self._lean)
        if lean <= QUIET_LEAN or (lean <= MOST_LEAN and not _is_quiet(pcm)):
            return self._put(self._end, pcm)
        shift = round(self._lean)
        if shift > 0:
            self._lean -= shift
            return self._put(self._end + shift, pcm)
        cut = min(-shift, len(pcm) // 2)
        self._lean += cut
        return self._put_rest(cut, pcm)

    def _fit_in(self, at: int, pcm: bytes, late: float) -> Placed | None:
        """What comes much too early was late itself, or follows one that was: it may go where nothing is."""
        filling = self._fill_hole(at - round(self._lean), pcm)
        if filling is not None:
            return filling
        self._learn_deviation(max(late, -MOST_JITTER))
        return self._put_rest(round(-late), pcm)

    def _put_rest(self, cut: int, pcm: bytes) -> Placed | None:
        return self._put(self._end, pcm[2 * cut :]) if 2 * cut < len(pcm) else None

    def _put(self, start: int, pcm: bytes) -> Placed:
        if start > self._end:
            self._holes.append((self._end, start))
        self._end = start + len(pcm) // 2
        return Placed(start=start, pcm=pcm)

    def _learn(self, late: float) -> None:
        self._known = min(self._known + 1, MEMORY)
        self._lean += late / self._known
        self._learn_deviation(late)

    def _learn_deviation(self, late: float) -> None:
        self._deviation += (abs(late) - self._deviation) / MEMORY

    def _fill_hole(self, at: int, pcm: bytes) -> Placed | None:
        """As much of the frame as a gap has room for, if that is most of it. The rest of the gap may take others."""
        end = at + len(pcm) // 2
        for index, hole in enumerate(self._holes):
            first, last = max(at, hole[0]), min(end, hole[1])
            if last - first > (end - at) / 2:
                del self._holes[index]
                self._holes.extend(rest for rest in ((hole[0], first), (last, hole[1])) if rest[0] < rest[1])
                return Placed(start=first, pcm=pcm[2 * (first - at) : 2 * (last - at)])
        return None


def _is_quiet(pcm: bytes) -> bool:
    samples = memoryview(pcm[: len(pcm) // 2 * 2]).cast("h")
    return not samples or (max(samples) < QUIET and min(samples) > -QUIET)

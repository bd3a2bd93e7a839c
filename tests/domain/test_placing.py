"""Where a tape puts the frames of a far end: end to end, never over one another, and never far from where they came."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calls.audio import FRAME_BYTES, RATE
from domain.calls.placing import BOUND, MEMORY, MILLISECOND, Placing

LENGTH: Final = FRAME_BYTES // 2
LOUD: Final = array("h", range(9_000, 9_000 + LENGTH)).tobytes()
SOFT: Final = array("h", range(LENGTH)).tobytes()
"""A sample's value tells which of the frame it is: so it shows what was cut off."""

HOUR: Final = 3_600 * RATE // LENGTH
"""Frames."""

losses = st.lists(st.sampled_from([False] * 9 + [True]), min_size=2, max_size=150)
frames_of_jitter = st.lists(st.floats(0, 30), min_size=2, max_size=150)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A frame: when it was spoken and when it came, in samples of the track's clock."""

    spoken: float
    came: int
    pcm: bytes = LOUD


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is left of a frame, and from where to where it is on the track."""

    sent: Sent
    start: int
    end: int
    cut: int

    @property
    def began(self) -> int:
        """Where the whole frame would begin."""
        return self.start - self.cut

    @property
    def off(self) -> float:
        return self.began - self.sent.spoken


def spoken(number: int, ppm: float = 0.0) -> float:
    return RATE + number * LENGTH * (1 + ppm * 1e-6)


def taped(frames: Sequence[Sent]) -> list[Kept]:
    placing, kept = Placing(), []
    for sent in frames:
        placed = placing.place(sent.came, sent.pcm)
        if placed is not None:
            cut = array("h", placed.pcm[:2])[0] - array("h", sent.pcm[:2])[0]
            end = placed.start + len(placed.pcm) // 2
            kept.append(Kept(sent=sent, start=placed.start, end=end, cut=cut))
    in_order = sorted(kept, key=lambda each: each.start)
    assert all(a.end <= b.start for a, b in pairwise(in_order)), "frames overlap"
    assert all(abs(each.began - each.sent.came) <= BOUND for each in kept), "a frame is out of its bound"
    return kept


def gaps(kept: Sequence[Kept]) -> list[int]:
    return [b.start - a.end for a, b in pairwise(kept) if b.start != a.end]


@given(losses)
def test_lost_frames_leave_their_length_and_what_follows_is_in_its_place(lost: list[bool]) -> None:
    frames = [Sent(spoken=spoken(n), came=round(spoken(n))) for n, gone in enumerate(lost) if not gone]
    kept = taped(frames)
    assert [each.start for each in kept] == [each.came for each in frames]


@given(losses, st.data())
def test_lost_frames_leave_their_length_when_the_others_jitter(lost: list[bool], data: st.DataObject) -> None:
    jitter = data.draw(st.lists(st.floats(-2, 2), min_size=len(lost), max_size=len(lost)))
    frames = [
        Sent(spoken=spoken(n), came=round(spoken(n) + each * MILLISECOND))
        for n, (gone, each) in enumerate(zip(lost, jitter, strict=True))
        if not gone
    ]
    kept = taped(frames)
    assert len(kept) == len(frames)
    for before, after in pairwise(kept):
        missing = round((after.sent.spoken - before.sent.spoken) / LENGTH) - 1
        if missing <= 10:
            assert after.start - before.end == missing * LENGTH


@given(st.lists(st.floats(-4.9, 4.9), min_size=2, max_size=300))
def test_small_jitter_chops_nothing(jitter: list[float]) -> None:
    frames = [Sent(spoken=spoken(n), came=round(spoken(n) + each * MILLISECOND)) for n, each in enumerate(jitter)]
    kept = taped(frames)
    assert len(kept) == len(frames)
    assert gaps(kept) == []


@given(frames_of_jitter, st.floats(-500, 500), st.data())
def test_whatever_comes_nothing_overlaps_or_is_out_of_its_bound(
    jitter: list[float], ppm: float, data: st.DataObject
) -> None:
    came = [round(spoken(n, ppm) + each * MILLISECOND) for n, each in enumerate(jitter)]
    order = data.draw(st.permutations(range(len(came)))) if len(came) < 20 else range(len(came))
    sizes = data.draw(st.lists(st.sampled_from([2, 320, 640]), min_size=len(came), max_size=len(came)))
    taped([Sent(spoken=0, came=came[n], pcm=(SOFT if n % 2 else LOUD)[: sizes[n]]) for n in order])


@given(st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 2_000)), max_size=60))
def test_frames_of_any_length_at_any_time_do_not_overlap(given_: list[tuple[int, int]]) -> None:
    placing, written = Placing(), []
    for at, size in given_:
        placed = placing.place(at, bytes(size))
        if placed is not None:
            written.append((placed.start, placed.start + len(placed.pcm) // 2))
    assert all(a[1] <= b[0] for a, b in pairwise(sorted(written)))


@given(losses, st.sets(st.integers(0, 148)))
def test_a_frame_that_comes_after_its_successor_is_put_before_it(lost: list[bool], late: set[int]) -> None:
    frames = [Sent(spoken=spoken(n), came=round(spoken(n))) for n, gone in enumerate(lost) if not gone]
    for number in sorted(late):
        if number + 1 < len(frames) and number - 1 not in late:
            frames[number], frames[number + 1] = frames[number + 1], frames[number]
    kept = taped(frames)
    assert [each.start for each in kept] == [each.came for each in frames]


@pytest.mark.parametrize("held_up", [60, 100, 150])
def test_one_frame_that_was_held_up_pushes_no_others(held_up: int) -> None:
    frames = [Sent(spoken=spoken(n), came=round(spoken(n))) for n in range(100)]
    frames[50] = Sent(spoken=spoken(50), came=round(spoken(50)) + held_up * MILLISECOND)
    kept = taped(frames)
    others = [each for each in kept if each.sent is not frames[50]]
    assert len(others) >= 98
    assert max(abs(each.off) for each in others) <= 10 * MILLISECOND


@pytest.mark.parametrize("ppm", [50, 500, -500])
@pytest.mark.parametrize(("loss", "jitter"), [(0.0, 10.0), (0.02, 0.0), (0.02, 15.0)])
def test_a_clock_that_drifts_does_not_slide_away_in_an_hour(ppm: float, loss: float, jitter: float) -> None:
    chance, frames, lost = Random(1), [], 0  # noqa: S311
    for n in range(HOUR):
        lost = max(0, lost - 1) or (5 if chance.random() < loss / 5 else 0)
        came = round(spoken(n, ppm) + chance.uniform(-jitter, jitter) * MILLISECOND)
        if not lost:
            frames.append(Sent(spoken=spoken(n, ppm), came=came, pcm=SOFT if n % 100 < 20 else LOUD))
    kept = taped(frames)

    assert len(kept) >= 0.99 * len(frames)
    assert max(abs(each.off) for each in kept) <= BOUND


@pytest.mark.parametrize("ppm", [0, 500, -500])
def test_what_goes_on_is_cut_in_pauses_only_and_as_seldom_as_the_clock_demands(ppm: float) -> None:
    chance, frames = Random(2), []  # noqa: S311
    for n in range(HOUR):
        came = round(spoken(n, ppm) + chance.uniform(-10, 10) * MILLISECOND)
        frames.append(Sent(spoken=spoken(n, ppm), came=came, pcm=SOFT if n % 100 < 20 else LOUD))
    kept = taped(frames)

    settled = [each for each in kept if each.sent.spoken > spoken(MEMORY)]
    chopped = [b for a, b in pairwise(settled) if b.start != a.end]
    cut = [each for each in settled if each.end - each.start < LENGTH]
    slid = abs(ppm) * 1e-6 * 3_600_000
    assert len(chopped) + len(cut) <= slid / 12 + 1
    assert all(each.sent.pcm is SOFT for each in (*chopped, *cut))

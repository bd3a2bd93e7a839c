"""What of a LiveKit track is sound, and where on the room's clock it belongs."""

import array
import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.livekit.gate import LOUD, QUIET, TAIL, SilenceGate
from adapters.livekit.voice import ASTRAY, SAMPLE, Places
from domain.calls.audio import FRAME_SECONDS, SILENCE


def level(peak: int) -> bytes:
    return array.array("h", [round(abs(peak) * 0.9 * math.sin(n / 5)) for n in range(319)] + [peak]).tobytes()


def test_silence_and_what_opus_makes_of_it_do_not_pass() -> None:
    gate = SilenceGate()

    assert not any(gate.passes(pcm) for pcm in (SILENCE, level(1), level(-1), level(QUIET), level(LOUD - 1)))


@pytest.mark.parametrize("peak", [LOUD, -LOUD, 32767, -32768])
def test_sound_passes_at_once_and_its_end_with_it(peak: int) -> None:
    gate = SilenceGate()

    assert [gate.passes(pcm) for pcm in (level(peak), *[SILENCE] * (TAIL + 2))] == [True] * (TAIL + 1) + [False] * 2


def test_what_becomes_softer_passes_until_it_is_quiet() -> None:
    gate = SilenceGate()
    gate.passes(level(LOUD))

    assert all(gate.passes(level(QUIET)) for _ in range(50))


def test_every_length_of_frame_is_judged() -> None:
    assert SilenceGate().passes(level(LOUD)[-2:])


@given(lateness=st.lists(st.floats(0, ASTRAY / 2), min_size=2, max_size=200))
def test_frames_of_one_sound_follow_one_another_however_they_arrive(lateness: list[float]) -> None:
    places = Places()
    places.next(10.0, sounding=False)

    at = [places.next(10.0 + FRAME_SECONDS * (n + 1) + late, sounding=True) for n, late in enumerate(lateness)]

    assert [b - a for a, b in pairwise(at)] == pytest.approx([FRAME_SECONDS] * (len(at) - 1))


def test_in_silence_the_earliest_arrival_is_believed() -> None:
    places = Places()
    places.next(10.1, sounding=False)  # the first was late
    for n in range(1, 10):
        places.next(10.0 + n * FRAME_SECONDS, sounding=False)

    assert places.next(10.0 + 10 * FRAME_SECONDS, sounding=True) == pytest.approx(10.0 + 9 * FRAME_SECONDS)


def test_after_a_gap_places_are_taken_anew() -> None:
    places = Places()
    places.next(10.0, sounding=True)

    assert places.next(12.0, sounding=True) == pytest.approx(12.0 - FRAME_SECONDS)


def test_the_first_frame_of_a_young_room_is_where_it_came() -> None:
    assert Places().next(ASTRAY / 2, sounding=True) == pytest.approx(ASTRAY / 2 - FRAME_SECONDS)


def test_a_track_that_fell_behind_is_caught_up_with_in_silence() -> None:
    places = Places()
    places.next(10.0, sounding=True)
    behind = 10.0 + ASTRAY / 2

    for n in range(1, SAMPLE + 1):
        places.next(behind + n * FRAME_SECONDS, sounding=False)

    expected = behind + SAMPLE * FRAME_SECONDS
    assert places.next(expected + FRAME_SECONDS, sounding=True) == pytest.approx(expected)

"""What of a LiveKit track is sound, where on the room's clock it belongs, and when it was spoken."""

import array
import math
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from livekit import rtc
from livekit.rtc._proto.stats_pb2 import RtcStats

from adapters.livekit.gate import LOUD, QUIET, TAIL, SilenceGate
from adapters.livekit.jitter_buffer import STEP, JitterBuffer
from adapters.livekit.pulse import ASTRAY, REMEMBERED, Pulse
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


@given(st.lists(st.integers(0, 9), max_size=40))
def test_frames_that_are_held_up_here_and_come_in_a_burst_are_where_they_would_have_been(bursts: list[int]) -> None:
    pulse, due = Pulse(), 10.0
    at = [pulse.began(due)]
    for held_up in bursts:
        due += (held_up + 1) * FRAME_SECONDS
        at += [pulse.began(due) for _ in range(held_up + 1)]

    assert at == pytest.approx([10.0 + (n - 1) * FRAME_SECONDS for n in range(len(at))])


def test_the_earliest_arrival_is_believed() -> None:
    pulse = Pulse()
    pulse.began(10.1)  # the first was late
    for n in range(1, 10):
        pulse.began(10.0 + n * FRAME_SECONDS)

    assert pulse.began(10.0 + 10 * FRAME_SECONDS) == pytest.approx(10.0 + 9 * FRAME_SECONDS)


def test_after_a_standstill_of_the_track_places_are_taken_anew() -> None:
    pulse = Pulse()
    pulse.began(10.0)

    assert pulse.began(12.0) == pytest.approx(12.0 - FRAME_SECONDS)


def test_the_first_frame_is_where_it_came_and_never_before_the_room() -> None:
    assert Pulse().began(0.1) == pytest.approx(0.1 - FRAME_SECONDS)
    assert Pulse().began(0.01) == 0.0


@given(st.floats(0, ASTRAY - 0.001))
def test_a_track_that_fell_behind_is_caught_up_with_in_half_a_second(behind: float) -> None:
    pulse = Pulse()
    pulse.began(10.0)
    for n in range(1, REMEMBERED):
        pulse.began(10.0 + n * FRAME_SECONDS + behind)

    last = 10.0 + REMEMBERED * FRAME_SECONDS + behind
    assert pulse.began(last) == pytest.approx(last - FRAME_SECONDS)


class Told:
    """A track whose jitter buffer has held so many samples for so many seconds in all, each time it is asked."""

    def __init__(self, *told: tuple[float, int]) -> None:
        self._told = list(told)

    async def get_stats(self) -> list[RtcStats]:
        if not self._told:
            raise RuntimeError("there is no such track")
        seconds, samples = self._told.pop(0)
        stats = RtcStats()
        stats.inbound_rtp.inbound.jitter_buffer_delay = seconds
        stats.inbound_rtp.inbound.jitter_buffer_emitted_count = samples
        return [stats]


async def test_the_delay_in_the_jitter_buffer_is_that_of_late_and_is_followed_bit_by_bit() -> None:
    buffer = JitterBuffer(cast(rtc.Track, Told((500.0, 10_000), (500.0, 10_000), (1_150.0, 20_000))))

    seen = []
    for _ in range(4):
        await buffer.look()
        seen.append([buffer.of_next_frame() for _ in range(60)])

    assert [each[-1] for each in seen] == pytest.approx([0.05, 0.05, 0.065, 0.065])
    assert all(abs(b - a) <= STEP * 1.01 for each in seen for a, b in pairwise(each))


async def test_a_great_change_of_it_is_taken_at_once() -> None:
    buffer = JitterBuffer(cast(rtc.Track, Told((1_000.0, 10_000))))

    await buffer.look()

    assert buffer.of_next_frame() == pytest.approx(0.1)

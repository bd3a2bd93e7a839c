"""A recording's sides are in step, measured by clicks, in virtual time; the benchmark has the real exchange, and
tests/telephone/test_recording_in_step.py SIP and LiveKit."""

import numpy as np
import pytest

from adapters.memory.audio_links import MemoryAudioLinks
from adapters.memory.call_journal import MemoryCallJournal
from adapters.memory.clock import MemoryClock
from adapters.memory.leg_journal import MemoryLegJournal
from adapters.memory.object_store import MemoryObjectStore
from adapters.memory.rooms import MemoryRooms
from adapters.memory.telephony import MemoryTelephony
from benchmarks.click_calls import ClickCall, ClickCarrier, Doors, Lossy
from benchmarks.clicks import CLICK_SECONDS, Skew, clicks_in, frame_of_clicks, skew, sound_of_clicks, spread_in
from domain.calls.audio import RATE
from domain.ids import CallId

CLEAN = Lossy()
LOSS = Lossy(loss=0.02)
ALL = Lossy(loss=0.02, jitter=0.03, ppm=200)


async def recorded(line: Lossy, seconds: float) -> Skew:
    clock = MemoryClock()
    rooms = MemoryRooms(clock)
    carrier = ClickCarrier(line, clock)
    async with MemoryTelephony(rooms, lambda _: carrier, MemoryLegJournal(), clock).running() as telephony:
        doors = Doors(rooms=rooms, telephony=telephony, links=MemoryAudioLinks(rooms, clock))
        call = ClickCall(doors=doors, journal=MemoryCallJournal(), objects=MemoryObjectStore(), clock=clock)
        await call.record(CallId("call_1"), seconds)
    return await call.measured(CallId("call_1"))


@pytest.mark.virtual_time
@pytest.mark.parametrize(
    ("line", "most"), [(CLEAN, 20.0), (LOSS, 80.0), (ALL, 80.0), (Lossy(ppm=500), 80.0), (Lossy(ppm=-500), 80.0)]
)
async def test_both_sides_are_in_step(line: Lossy, most: float) -> None:
    found = await recorded(line, 200.0)
    assert found.lost <= 200 * (0.1 if line.loss else 0.02)
    assert found.most <= most
    assert max(found.mixed) <= most


def test_a_click_is_found_where_it_was_made() -> None:
    begins = [0.013 + n * 0.02 for n in range(200)]
    pcm = np.frombuffer(b"".join(frame_of_clicks(at, at + 0.02).pcm for at in begins), "<i2")
    assert clicks_in(pcm) == pytest.approx([0.987, 1.987, 2.987, 3.987], abs=1.5 / RATE)


def test_a_skew_is_seen_and_a_click_that_is_missing_is_counted() -> None:
    found = skew([1.03, 1.99, 4.0], [1.0, 2.0, 3.0, 4.0])
    assert found.each == pytest.approx([30.0, -10.0, 0.0])
    assert found.lost == 1
    assert [found.middle, found.most, found.share(0.5)] == pytest.approx([0.0, 30.0, 10.0])


@pytest.mark.parametrize("apart", [0.0, 0.003, 0.06, 0.3])
def test_a_mix_shows_how_far_its_two_clicks_are_apart(apart: float) -> None:
    one, other = (sound_of_clicks(begins, 3 * RATE) for begins in (0.5, 0.5 - apart))
    mixed = np.clip(one.astype(np.int32) + other, -0x8000, 0x7FFF).astype(np.int16)

    assert spread_in(mixed) == pytest.approx([apart * 1000] * 3, abs=CLICK_SECONDS * 100)


def test_a_click_is_heard_at_a_telephones_rate_as_well() -> None:
    assert clicks_in(sound_of_clicks(0.25, 20_000, 8_000), 8_000) == pytest.approx([0.75, 1.75], abs=1.5 / 8_000)

"""A recording's sides are in step, measured by clicks, in virtual time; the benchmark has the real exchange."""

from array import array

import pytest

from adapters.memory.audio_links import MemoryAudioLinks
from adapters.memory.call_journal import MemoryCallJournal
from adapters.memory.clock import MemoryClock
from adapters.memory.leg_journal import MemoryLegJournal
from adapters.memory.rooms import MemoryRooms
from adapters.memory.telephony import MemoryTelephony
from benchmarks.click_calls import ClickCall, ClickCarrier, Lossy
from benchmarks.clicks import Skew, clicks_in, frame_of_clicks, skew
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
        links = MemoryAudioLinks(rooms, clock)
        call = ClickCall(rooms=rooms, telephony=telephony, links=links, journal=MemoryCallJournal(), clock=clock)
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


def test_a_click_is_found_where_it_was_made() -> None:
    begins = [0.013 + n * 0.02 for n in range(200)]
    pcm = array("h", b"".join(frame_of_clicks(at, at + 0.02).pcm for at in begins))
    assert clicks_in(pcm) == pytest.approx([0.987, 1.987, 2.987, 3.987], abs=1.5 / RATE)


def test_a_skew_is_seen_and_a_click_that_is_missing_is_counted() -> None:
    found = skew([1.03, 1.99, 4.0], [1.0, 2.0, 3.0, 4.0])
    assert found.each == pytest.approx([30.0, -10.0, 0.0])
    assert found.lost == 1
    assert [found.middle, found.most, found.share(0.5)] == pytest.approx([0.0, 30.0, 10.0])

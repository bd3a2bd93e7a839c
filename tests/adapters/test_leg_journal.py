"""What is known of legs after their exchange has died and come back."""

import shutil
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.exchange.leg_journal import ExchangeLegJournal
from adapters.memory.carrier import ANSWERS, BUSY, NO_ANSWER, Callee, MemoryCarrier
from adapters.memory.clock import MemoryClock
from adapters.memory.leg_journal import LegEntry, LegJournal, MemoryLegJournal
from adapters.memory.leg_trail import LegTrail
from adapters.memory.rooms import MemoryRooms
from adapters.memory.telephony import MemoryTelephony
from domain.ids import DEFAULT_BRAND, CallId, TrunkId
from ports.carrier import LegEnd, Progress
from ports.clock import Clock
from ports.errors import Unavailable
from ports.telephony import DialOrder, HangUp, LegEvent, LegKind, LegState

pytestmark = pytest.mark.virtual_time

CALLEES = {
    "+15550100001": NO_ANSWER,
    "+15550100002": ANSWERS,
    "+15550100003": BUSY,
    "+15550100004": Callee(rings_after=None, answers_after=None),
}
RINGS, TALKS, ENDS, SILENT = (CallId(f"call_{name}") for name in ("rings", "talks", "ends", "silent"))


def order(call_id: CallId, to: str) -> DialOrder:
    return DialOrder(
        call_id=call_id,
        brand=DEFAULT_BRAND,
        room="room",
        trunk_id=TrunkId("trunk"),
        to=to,
        caller_number="+15550199999",
        ring_timeout=60.0,
        max_duration=600.0,
    )


@asynccontextmanager
async def exchange(journal: LegJournal, clock: Clock) -> AsyncIterator[MemoryTelephony]:
    rooms = MemoryRooms(clock)
    await rooms.open("room")
    carrier = MemoryCarrier(CALLEES, clock)
    async with MemoryTelephony(rooms, lambda _: carrier, journal, clock).running() as telephony:
        yield telephony


@pytest.fixture
async def survivor(tmp_path: Path) -> AsyncIterator[MemoryTelephony]:
    """An exchange that came back after the one before it was killed with four legs in four states."""
    clock = MemoryClock()
    journal = ExchangeLegJournal(tmp_path / "before" / "legs.ndjson", clock)
    journal.open()
    async with exchange(journal, clock) as telephony:
        for call_id, number in zip((RINGS, TALKS, ENDS, SILENT), CALLEES, strict=True):
            await telephony.dial(order(call_id, number))
        await clock.sleep(5.0)
        shutil.copytree(tmp_path / "before", tmp_path / "after")  # what a kill would leave on the disk
    journal.close()
    again = ExchangeLegJournal(tmp_path / "after" / "legs.ndjson", clock)
    again.open()
    async with exchange(again, clock) as telephony:
        yield telephony
    again.close()


async def test_a_leg_that_rang_ended_with_its_exchange(survivor: MemoryTelephony) -> None:
    for call_id, status in ((RINGS, None), (TALKS, 200)):
        leg = await survivor.find(call_id)
        assert leg.state is LegState.ENDED
        assert leg.end is not None
        assert (leg.end.by, leg.end.reason, leg.end.status) == (HangUp.NETWORK, "exchange lost", status)


async def test_a_leg_that_was_never_seen_to_ring_is_unknown_and_nobody_can_watch_it(survivor: MemoryTelephony) -> None:
    assert (await survivor.find(SILENT)).state is LegState.UNKNOWN
    with pytest.raises(Unavailable):
        await anext(survivor.watch(SILENT))


async def test_a_leg_that_had_ended_keeps_its_end(survivor: MemoryTelephony) -> None:
    leg = await survivor.find(ENDS)
    assert leg.end is not None
    assert (leg.state, leg.end.status) == (LegState.ENDED, 486)


async def test_its_events_can_be_watched_from_the_first(survivor: MemoryTelephony) -> None:
    kinds = [event.kind async for event in survivor.watch(TALKS)]
    assert kinds == [LegKind.RINGING, LegKind.ANSWERED, LegKind.ENDED]


async def test_none_of_them_is_placed_a_second_time(survivor: MemoryTelephony) -> None:
    for call_id in (RINGS, TALKS, ENDS, SILENT):
        await survivor.dial(order(call_id, "+15550100002"))
    assert survivor.legs == 0


async def test_the_intent_is_on_record_before_the_carrier_is_called() -> None:
    clock, journal = MemoryClock(), MemoryLegJournal()
    seen: list[int] = []

    class Looking(MemoryCarrier):
        async def carry(self, order: DialOrder, progress: Progress) -> LegEnd:
            seen.append(len(list(journal.recall())))
            return await super().carry(order, progress)

    rooms = MemoryRooms(clock)
    await rooms.open("room")
    carrier = Looking(CALLEES, clock)
    async with MemoryTelephony(rooms, lambda _: carrier, journal, clock).running() as telephony:
        await telephony.dial(order(ENDS, "+15550100003"))
        await clock.sleep(1.0)
    assert seen == [1]


async def test_a_line_that_was_cut_short_is_none(tmp_path: Path) -> None:
    clock, path = MemoryClock(), tmp_path / "legs.ndjson"
    journal = ExchangeLegJournal(path, clock)
    journal.open()
    journal.append(LegEntry(call_id=RINGS, at=clock.now()))
    journal.close()
    path.write_bytes(path.read_bytes() + b'{"call_id":"call_ta')

    journal.open()
    journal.append(LegEntry(call_id=ENDS, at=clock.now()))
    journal.close()
    journal.open()

    assert [entry.call_id for entry in journal.recall()] == [RINGS, ENDS]
    journal.close()


async def test_opening_forgets_calls_of_which_nothing_was_heard_for_a_day(tmp_path: Path) -> None:
    clock = MemoryClock()
    journal = ExchangeLegJournal(tmp_path / "legs.ndjson", clock)
    journal.open()
    for call_id in (RINGS, TALKS):
        journal.append(LegEntry(call_id=call_id, at=clock.now()))
    journal.append(LegEntry(call_id=TALKS, at=clock.now() + timedelta(hours=2)))
    journal.close()

    await clock.sleep(25 * 3600)
    journal.open()

    assert [entry.call_id for entry in journal.recall()] == [TALKS, TALKS]
    journal.close()


async def test_one_exchange_at_a_time_keeps_a_journal(tmp_path: Path) -> None:
    first, second = (ExchangeLegJournal(tmp_path / "legs.ndjson", MemoryClock()) for _ in range(2))
    first.open()
    with pytest.raises(Unavailable):
        second.open()
    second.close()
    first.close()


async def test_the_journal_holds_no_phone_number(tmp_path: Path) -> None:
    clock = MemoryClock()
    journal = ExchangeLegJournal(tmp_path / "legs.ndjson", clock)
    journal.open()
    async with exchange(journal, clock) as telephony:
        await telephony.dial(order(ENDS, "+15550100003"))
        await clock.sleep(1.0)
    journal.close()
    assert "5550100003" not in (tmp_path / "legs.ndjson").read_text()


def test_a_leg_that_is_over_is_remembered_in_less_than_a_kilobyte() -> None:
    """There are as many as a day has calls."""
    trails = []
    tracemalloc.start()
    try:
        for number in range(1000):
            trail = LegTrail(CallId(f"call_{number:026}"), datetime.now(UTC))
            for kind in LegKind:
                trail.add(LegEvent(kind=kind, at=datetime.now(UTC), status=200, reason=f"because of {number}"))
            trails.append(trail)
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert size / len(trails) < 1000

"""What every journal of calls promises."""

from array import array
from dataclasses import replace
from datetime import timedelta

import pytest

from contract_tests.backends.scene import CALL, CONFIG, NOON, UNKNOWN
from domain.calls.audio import FRAME_BYTES, RATE
from domain.calls.transcript import Speaker, Turn, Word
from domain.ids import CallId
from ports.call_journal import CallJournal, JournalEntry, JournalHeader, Track
from ports.errors import NotFound, Stale, Unavailable

HEADER = JournalHeader(config=CONFIG, opened_at=NOON)
TURN = Turn(speaker=Speaker.CALLEE, text="¿qué\nmás?", start=1.0, end=1.5, words=(Word(text="¿qué", start=1, end=1.2),))
ENTRIES = (
    JournalEntry(at=NOON, note="talk"),
    JournalEntry(at=NOON + timedelta(seconds=1), turn=TURN),
    JournalEntry(at=NOON + timedelta(seconds=2), name="wish", value="a refund\n{}"),
)


def header_of(call_id: CallId, minutes: int = 0) -> JournalHeader:
    return JournalHeader(config=replace(CONFIG, call_id=call_id), opened_at=NOON + timedelta(minutes=minutes))


def tone(value: int, samples: int = FRAME_BYTES // 2) -> bytes:
    return array("h", [value] * samples).tobytes()


async def sides(journal: CallJournal, call_id: CallId) -> tuple[list[int], list[int]]:
    both = array("h", b"".join([chunk async for chunk in journal.stereo(call_id)]))
    return list(both[0::2]), list(both[1::2])


async def test_sweeping_takes_away_no_journal(call_journal: CallJournal) -> None:
    async with call_journal.open(HEADER) as writer:
        writer.note(ENTRIES[0])
        await call_journal.sweep()
        writer.note(ENTRIES[1])
    await call_journal.sweep()

    assert list(await call_journal.unfinished()) == [CALL]
    assert (await call_journal.read(CALL)).entries == ENTRIES[:2]


async def test_what_is_noted_is_read_back_in_order(call_journal: CallJournal) -> None:
    async with call_journal.open(HEADER) as writer:
        for entry in ENTRIES:
            writer.note(entry)
        live = await call_journal.read(CALL)
    closed = await call_journal.read(CALL)

    assert live == closed
    assert closed.header == HEADER
    assert closed.entries == ENTRIES


async def test_a_call_has_one_journal(call_journal: CallJournal) -> None:
    async with call_journal.open(HEADER) as writer:
        writer.note(ENTRIES[0])
        with pytest.raises(Stale):
            async with call_journal.open(HEADER):
                pass
    with pytest.raises(Stale):
        async with call_journal.open(HEADER):
            pass

    assert (await call_journal.read(CALL)).entries == ENTRIES[:1]


async def test_each_side_is_on_its_own_channel_at_its_own_time(call_journal: CallJournal) -> None:
    async with call_journal.open(HEADER) as writer:
        writer.sound(Track.CALLEE, 0.02, tone(7))
        writer.sound(Track.BOT, 0.0, tone(-9))
        writer.sound(Track.BOT, 0.06, tone(5))

    left, right = await sides(call_journal, CALL)

    frame = FRAME_BYTES // 2
    assert left == [0] * frame + [7] * frame + [0] * 2 * frame
    assert right == [-9] * frame + [0] * 2 * frame + [5] * frame
    assert await call_journal.seconds(CALL) == pytest.approx(0.08)


async def test_sound_without_gaps_has_none_however_long(call_journal: CallJournal) -> None:
    async with call_journal.open(HEADER) as writer:
        for n in range(170):
            writer.sound(Track.CALLEE, n * 0.02, tone(n + 1))

    left, right = await sides(call_journal, CALL)

    assert left == [n + 1 for n in range(170) for _ in range(FRAME_BYTES // 2)]
    assert not any(right)
    assert len(left) == round(await call_journal.seconds(CALL) * RATE)


async def test_sound_from_before_the_journal_is_left_out(call_journal: CallJournal) -> None:
    async with call_journal.open(HEADER) as writer:
        writer.sound(Track.CALLEE, -0.01, tone(3))
        writer.sound(Track.BOT, -1.0, tone(3))

    left, right = await sides(call_journal, CALL)

    assert left == [3] * 160
    assert right == [0] * 160


async def test_sound_is_there_while_the_call_goes_on(call_journal: CallJournal) -> None:
    async with call_journal.open(HEADER) as writer:
        writer.sound(Track.BOT, 0.0, tone(1, RATE))
        assert await call_journal.seconds(CALL) >= 0.5


async def test_a_call_without_sound_has_no_length(call_journal: CallJournal) -> None:
    async with call_journal.open(HEADER):
        pass

    assert await call_journal.seconds(CALL) == 0
    assert await sides(call_journal, CALL) == ([], [])


async def test_unfinished_ones_come_oldest_first_until_they_are_dropped(call_journal: CallJournal) -> None:
    names = [CallId("call_2"), CallId("../call/1"), CallId("call_3.x")]
    for minutes, call_id in zip((5, 1, 9), names, strict=True):
        async with call_journal.open(header_of(call_id, minutes)):
            pass

    assert list(await call_journal.unfinished()) == [names[1], names[0], names[2]]
    await call_journal.drop(names[1])
    await call_journal.drop(names[1])
    assert list(await call_journal.unfinished()) == [names[0], names[2]]
    with pytest.raises(NotFound):
        await call_journal.read(names[1])


async def test_a_journal_that_is_not_there_is_not_found(call_journal: CallJournal) -> None:
    with pytest.raises(NotFound):
        await call_journal.read(UNKNOWN)
    with pytest.raises(NotFound):
        await call_journal.seconds(UNKNOWN)
    with pytest.raises(NotFound):
        await sides(call_journal, UNKNOWN)


async def test_a_dropped_call_may_have_a_journal_again(call_journal: CallJournal) -> None:
    async with call_journal.open(HEADER) as writer:
        writer.note(ENTRIES[0])
    await call_journal.drop(CALL)
    async with call_journal.open(HEADER):
        pass

    assert (await call_journal.read(CALL)).entries == ()


async def test_a_closed_journal_takes_nothing(call_journal: CallJournal) -> None:
    async with call_journal.open(HEADER) as writer:
        pass
    with pytest.raises(Unavailable):
        writer.note(ENTRIES[0])
    with pytest.raises(Unavailable):
        writer.sound(Track.BOT, 0.0, tone(1))

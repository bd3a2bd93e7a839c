"""A journal on disk survives the death of the process that writes it."""

import time
from array import array
from pathlib import Path

import pytest

from adapters.directory.call_journal import DirectoryCallJournal
from contract_tests.backends.scene import CALL, CONFIG, NOON
from domain.calls.audio import RATE
from ports.call_journal import JournalEntry, JournalHeader, Track
from ports.errors import Unavailable
from tests.adapters.killed import promised_before_kill

CALL_PROCESS = """
import asyncio, sys
from pathlib import Path
from adapters.directory.call_journal import DirectoryCallJournal
from contract_tests.backends.scene import CONFIG, NOON
from ports.call_journal import JournalEntry, JournalHeader, Track

async def main():
    journal = DirectoryCallJournal(Path(sys.argv[1]))
    async with journal.open(JournalHeader(config=CONFIG, opened_at=NOON)) as writer:
        for n in range(1_000_000):
            writer.note(JournalEntry(at=NOON, note=f"note-{n}"))
            writer.sound(Track.CALLEE, n * 0.02, (n % 30_000 + 1).to_bytes(2, "little") * 320)
            print(n, flush=True)

asyncio.run(main())
"""


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_what_a_crash_left_half_made_or_half_dropped_is_swept_away_and_nothing_else(tmp_path: Path) -> None:
    journal = DirectoryCallJournal(tmp_path)
    async with journal.open(JournalHeader(config=CONFIG, opened_at=NOON)) as writer:
        writer.note(JournalEntry(at=NOON, note="kept"))
    for half in (".new-0123456789abcdef", ".drop-0123456789abcdef"):
        (tmp_path / half).mkdir()
        (tmp_path / half / "header.json").write_text("{")
    (tmp_path / ".somebody-elses").mkdir()

    await DirectoryCallJournal(tmp_path).sweep()

    assert names_in(tmp_path) == {CALL, ".somebody-elses"}
    assert [entry.note for entry in (await journal.read(CALL)).entries] == ["kept"]


async def test_a_killed_call_loses_nothing_that_was_noted_or_heard(tmp_path: Path) -> None:
    acknowledged = promised_before_kill(CALL_PROCESS, tmp_path, after=200)

    journal = DirectoryCallJournal(tmp_path)
    record = await journal.read(CALL)
    left = array("h", b"".join([chunk async for chunk in journal.stereo(CALL)]))[0::2]

    assert list(await journal.unfinished()) == [CALL]
    assert record.header.config == CONFIG
    assert [entry.note for entry in record.entries[: acknowledged + 1]] == [
        f"note-{n}" for n in range(acknowledged + 1)
    ]
    assert len(record.entries) <= acknowledged + 2
    assert list(left[: (acknowledged + 1) * 320 : 320]) == [n + 1 for n in range(acknowledged + 1)]


@pytest.mark.parametrize("torn", [b"{", b'{"at":"2026-03-02T12:00:00Z","note":"cut', b"\xff\xfe", b"\0" * 30])
async def test_a_torn_last_line_is_left_out(tmp_path: Path, torn: bytes) -> None:
    journal = DirectoryCallJournal(tmp_path)
    async with journal.open(JournalHeader(config=CONFIG, opened_at=NOON)) as writer:
        writer.note(JournalEntry(at=NOON, note="whole"))
    with (tmp_path / CALL / "journal.ndjson").open("ab") as lines:
        lines.write(torn)

    assert [entry.note for entry in (await journal.read(CALL)).entries] == ["whole"]


async def test_a_journal_without_a_readable_header_stops_no_other(tmp_path: Path) -> None:
    journal = DirectoryCallJournal(tmp_path)
    async with journal.open(JournalHeader(config=CONFIG, opened_at=NOON)):
        pass
    for name, header in (("call_broken", b"{"), ("call_empty", None)):
        (tmp_path / name).mkdir()
        if header is not None:
            (tmp_path / name / "header.json").write_bytes(header)

    assert list(await journal.unfinished()) == [CALL]
    with pytest.raises(Unavailable):
        await journal.read(type(CALL)("call_broken"))


async def test_an_hour_of_silence_takes_no_room(tmp_path: Path) -> None:
    journal = DirectoryCallJournal(tmp_path)
    async with journal.open(JournalHeader(config=CONFIG, opened_at=NOON)) as writer:
        writer.sound(Track.BOT, 3600.0, b"\1\0" * 320)

    track = tmp_path / CALL / "bot.pcm"
    assert track.stat().st_blocks * 512 < 65_536
    assert await journal.seconds(CALL) == pytest.approx(3600.02)


async def test_a_frame_costs_the_event_loop_microseconds(tmp_path: Path) -> None:
    journal = DirectoryCallJournal(tmp_path)
    frame = bytes(640)
    async with journal.open(JournalHeader(config=CONFIG, opened_at=NOON)) as writer:
        began = time.perf_counter()
        for n in range(5_000):
            writer.sound(Track.BOT, n * 0.02, frame)
        each = (time.perf_counter() - began) / 5_000

    assert each < 0.001  # measured 5 µs; a hundred legs of 50 frames a second leave 200 µs each
    assert await journal.seconds(CALL) == pytest.approx(100.0)
    assert RATE == 16_000

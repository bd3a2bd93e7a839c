"""What the SQLite file itself promises, beneath all its stores."""

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import apsw
import pytest

from adapters.sqlite.file import SqliteFile
from adapters.sqlite.lead_claims import CLAIM, DUE, NEXT_PRIORITY
from adapters.sqlite.lead_store import SqliteLeadStore
from adapters.sqlite.rows import Values, changed, rows
from contract_tests.backends.stores import sqlite_file
from contract_tests.ports.specimens import BRAND, lead
from ports.errors import Refused, Stale, Unavailable


def count(connection: apsw.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM leads").get)


async def test_a_failed_operation_undoes_itself_and_none_of_its_neighbours() -> None:
    def half(connection: apsw.Connection) -> None:
        connection.execute("INSERT INTO pulses VALUES ('half', '{}')")
        raise Stale("too late")

    def whole(name: str) -> Coroutine[Any, Any, int]:
        return file.write(lambda connection: changed(connection, "INSERT INTO pulses VALUES (?, '{}')", (name,)))

    async with sqlite_file() as file:
        answers = await asyncio.gather(whole("a"), file.write(half), whole("b"), return_exceptions=True)
        stored = await file.read(lambda connection: connection.execute("SELECT campaign_id FROM pulses").fetchall())

    assert isinstance(answers[1], Stale)
    assert stored == [("a",), ("b",)]


async def test_every_commit_is_synced_in_full_to_a_write_ahead_log() -> None:
    """A kill cannot tell these from weaker ones; a power cut can (synchronous: 2 is FULL)."""

    def settings(connection: apsw.Connection) -> tuple[str, int]:
        return str(connection.pragma("journal_mode")), int(connection.pragma("synchronous"))

    async with sqlite_file() as file:
        assert await file.write(settings) == ("wal", 2)
        assert await file.read(settings) == ("wal", 2)


async def test_readers_cannot_write() -> None:
    async with sqlite_file() as file:
        with pytest.raises(Unavailable):
            await file.read(lambda connection: connection.execute("DELETE FROM leads"))


async def filled(leads: SqliteLeadStore) -> int:
    """How many leads there was room for."""
    for number in range(10_000):
        try:
            await leads.add([lead(number, variables={"note": "x" * 3000})])
        except Unavailable:
            return number
    raise AssertionError("the disk was never full")


async def test_a_full_disk_is_unavailable_and_reads_go_on_and_so_do_writes_once_there_is_room() -> None:
    async with sqlite_file() as file:
        leads = SqliteLeadStore(file)
        pages = await file.read(lambda connection: int(connection.pragma("page_count")))
        await file.write(lambda connection: connection.pragma("max_page_count", pages + 20))
        stored = await filled(leads)
        assert await file.read(count) == stored
        answers = await asyncio.gather(
            *(leads.add([lead(number, variables={"note": "x" * 9000})]) for number in range(5000, 5010)),
            return_exceptions=True,
        )
        assert all(isinstance(answer, Unavailable) for answer in answers)

        await file.write(lambda connection: connection.pragma("max_page_count", 1_000_000))
        await leads.add([lead(number) for number in range(6000, 6010)])
        assert await file.read(count) == stored + 10


async def test_a_loop_that_closed_in_the_meantime_does_not_end_the_writer() -> None:
    held, begun = threading.Event(), threading.Event()

    def hold(_: apsw.Connection) -> None:
        begun.set()
        held.wait(10)

    async def ask_and_leave(file: SqliteFile) -> None:
        task = asyncio.ensure_future(file.write(hold))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()

    async with sqlite_file() as file:
        await asyncio.to_thread(asyncio.run, ask_and_leave(file))
        held.set()

        async with asyncio.timeout(10):
            await SqliteLeadStore(file).add([lead(1)])
        assert await SqliteLeadStore(file).get(BRAND, lead(1).id) == lead(1)


async def test_a_caller_that_gave_up_disturbs_nobody() -> None:
    async with sqlite_file() as file:
        leads = SqliteLeadStore(file)
        tasks = [asyncio.ensure_future(leads.add([lead(number)])) for number in range(20)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

        assert all((await asyncio.gather(*tasks[1::2]))[0])
        assert await file.read(count) >= 10


async def test_what_was_asked_before_closing_is_done_and_nothing_after(tmp_path: Path) -> None:
    file = SqliteFile(tmp_path / "deep" / "cxb.sqlite")
    with pytest.raises(Unavailable):
        await file.read(count)
    await file.open()
    leads = SqliteLeadStore(file)
    asked = [asyncio.ensure_future(leads.add([lead(number)])) for number in range(300)]
    await asyncio.sleep(0)

    await file.aclose()
    await file.aclose()
    await asyncio.gather(*asked)
    with pytest.raises(Unavailable):
        await leads.add([lead(999)])

    await file.open()
    assert await file.read(count) == 300
    await file.aclose()


async def test_a_file_that_is_none_or_a_newer_releases_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database at all, but long enough to be looked at" * 50)
    with pytest.raises(Unavailable):
        await SqliteFile(tmp_path / "text").open()

    newer = apsw.Connection(str(tmp_path / "newer"))
    newer.pragma("user_version", 99)
    newer.close()
    with pytest.raises(Refused):
        await SqliteFile(tmp_path / "newer").open()


async def test_claims_are_ranges_of_one_index_and_never_sort() -> None:
    questions: dict[str, Values] = {
        NEXT_PRIORITY.format(below="<"): (BRAND, "c", 0),
        DUE: (BRAND, "c", 0, 0, 10),
        CLAIM: {"claim_at": 0, "holder": "d", "until": "", "ids": "[]"},
    }

    def plan(connection: apsw.Connection) -> list[str]:
        return [
            " ".join(row[3] for row in rows(connection, f"EXPLAIN QUERY PLAN {sql}", values))
            for sql, values in questions.items()
        ]

    async with sqlite_file() as file:
        priority, due, claim = await file.read(plan)

    assert "COVERING INDEX leads_claim (brand=? AND campaign_id=? AND priority<?)" in priority
    assert "COVERING INDEX leads_claim (brand=? AND campaign_id=? AND priority=? AND claim_at<?)" in due
    assert "SEARCH leads" in claim
    assert "(id=?)" in claim
    assert "TEMP B-TREE" not in priority + due + claim

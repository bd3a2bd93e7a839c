"""What the SQLite file promises to several processes at once, and to one that is killed."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from adapters.sqlite.call_store import SqliteCallStore
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.lead_store import SqliteLeadStore
from contract_tests.ports.specimens import BRAND, CAMPAIGN, lead
from domain.ids import CallId

ROOT = Path(__file__).parents[2]
KILLS = 5


@contextmanager
def process(path: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "contract_tests.ports.sqlite_process", str(path), *arguments]
    with subprocess.Popen(  # noqa: S603  # our own interpreter and module
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def lines(running: subprocess.Popen[str]) -> Iterator[str]:
    """Whole lines only: what was acknowledged before the end."""
    assert running.stdout is not None
    return (line.strip() for line in running.stdout if line.endswith("\n"))


def begin(running: subprocess.Popen[str]) -> None:
    assert running.stdin is not None
    running.stdin.write("go\n")
    running.stdin.flush()


async def test_three_processes_never_claim_one_lead_twice(tmp_path: Path) -> None:
    path = tmp_path / "cxb.sqlite"
    file = SqliteFile(path)
    await file.open()
    await SqliteLeadStore(file).add([lead(number, priority=number % 3) for number in range(1500)])

    with process(path, "claim", "a") as one, process(path, "claim", "b") as two, process(path, "claim", "c") as three:
        claimers = (one, two, three)
        for running in claimers:
            assert await asyncio.to_thread(next, lines(running)) == "ready"
        for running in claimers:
            begin(running)
        given = await asyncio.gather(*(asyncio.to_thread(list, lines(running)) for running in claimers))

    assert all(given)
    ids = [lead_id for some in given for lead_id in some]
    assert sorted(ids) == [lead(number).id for number in range(1500)]
    assert await SqliteLeadStore(file).counts(BRAND, CAMPAIGN) == {"leased": 1500}
    await file.aclose()


async def test_two_processes_that_make_the_file_at_once_both_open_it(tmp_path: Path) -> None:
    path = tmp_path / "cxb.sqlite"
    with process(path, "claim", "a") as one, process(path, "claim", "b") as two:
        for running in (one, two):
            assert await asyncio.to_thread(next, lines(running)) == "ready"
        for running in (one, two):
            begin(running)
            assert await asyncio.to_thread(list, lines(running)) == []
            assert running.wait() == 0


async def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "cxb.sqlite"
    acknowledged: list[str] = []
    for run in range(KILLS):
        acknowledged.extend(await asyncio.to_thread(killed_writer, path, f"run{run}", 50 + 70 * run))

    file = SqliteFile(path)
    await file.open()
    calls = SqliteCallStore(file)
    stored = [await calls.get(BRAND, CallId(call_id)) for call_id in acknowledged]
    await file.aclose()

    assert len(acknowledged) > 50 * KILLS
    assert all(one.result and len(one.events) == 1 for one in stored)
    assert apsw.Connection(str(path)).pragma("integrity_check") == "ok"


def killed_writer(path: Path, run: str, after: int) -> list[str]:
    """What it had acknowledged when it was killed, some time after its `after`th."""
    with process(path, "write", run) as running:
        told = lines(running)
        acknowledged = [next(told) for _ in range(after)]
        running.send_signal(signal.SIGKILL)
        acknowledged.extend(told)
        assert running.wait() == -signal.SIGKILL
    return acknowledged

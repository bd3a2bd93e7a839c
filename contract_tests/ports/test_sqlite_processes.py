"""What the SQLite file promises to several processes at once, and to one that is killed."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import apsw

from adapters.sqlite.call_store import SqliteCallStore
from adapters.sqlite.campaign_store import SqliteCampaignStore
from adapters.sqlite.event_log import SqliteEventLog
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.lead_store import SqliteLeadStore
from contract_tests.ports.specimens import BRAND, CAMPAIGN, NOON, call, campaign, event, later, lead
from contract_tests.ports.sqlite_process import WRITES
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


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[SqliteFile]:
    file = SqliteFile(path)
    await file.open()
    try:
        yield file
    finally:
        await file.aclose()


async def at_once(path: Path, what: str, names: str) -> list[list[str]]:
    """What each of the processes has told, all of them having begun at the same moment."""
    with ExitStack() as stack:
        running = [stack.enter_context(process(path, what, name)) for name in names]
        for one in running:
            assert await asyncio.to_thread(next, lines(one)) == "ready"
        for one in running:
            begin(one)
        return list(await asyncio.gather(*(asyncio.to_thread(list, lines(one)) for one in running)))


async def test_three_processes_never_claim_one_lead_twice(tmp_path: Path) -> None:
    async with opened(tmp_path / "cxb.sqlite") as file:
        leads = SqliteLeadStore(file)
        await leads.add([lead(number, priority=number % 3) for number in range(1500)])

        given = await at_once(tmp_path / "cxb.sqlite", "claim", "abc")

        assert all(given)
        assert sorted(line for some in given for line in some) == [f"{lead(number).id} 1" for number in range(1500)]
        assert await leads.counts(BRAND, CAMPAIGN) == {"leased": 1500}


async def test_leases_that_ran_out_come_back_to_one_process_each_with_a_higher_fence(tmp_path: Path) -> None:
    async with opened(tmp_path / "cxb.sqlite") as file:
        leads = SqliteLeadStore(file)
        await leads.add([lead(number) for number in range(300)])
        await leads.claim_due(BRAND, CAMPAIGN, holder="gone", at=NOON, until=later(30), limit=300)

        given = await at_once(tmp_path / "cxb.sqlite", "lapse", "ab")

        assert sorted(line for some in given for line in some) == [f"{lead(number).id} 2" for number in range(300)]


async def test_of_two_processes_that_write_one_document_the_later_is_told(tmp_path: Path) -> None:
    async with opened(tmp_path / "cxb.sqlite") as file:
        campaigns = SqliteCampaignStore(file)
        before = await campaigns.add(campaign(0, id=CAMPAIGN))

        told = await at_once(tmp_path / "cxb.sqlite", "rename", "ab")

        after = await campaigns.get(BRAND, CAMPAIGN)
        assert after.version - before.version == 2 * WRITES
        assert sum(int(stale) for (stale,) in told) > 0


async def test_the_same_result_from_two_processes_is_stored_once(tmp_path: Path) -> None:
    async with opened(tmp_path / "cxb.sqlite") as file:
        calls = SqliteCallStore(file)
        for number in range(WRITES):
            await calls.add(call(number))

        await at_once(tmp_path / "cxb.sqlite", "conclude", "ab")

        waiting = await calls.unrelayed(limit=2 * WRITES)
        assert sorted(one.id for one in waiting) == sorted(call(number).id for number in range(WRITES))
        assert all(len(one.events) == 1 for one in waiting)


async def test_two_relays_give_one_event_one_position(tmp_path: Path) -> None:
    async with opened(tmp_path / "cxb.sqlite") as file:
        first, second = await at_once(tmp_path / "cxb.sqlite", "relay", "ab")

        logged = await SqliteEventLog(file).read(BRAND, after=0, limit=2 * WRITES)
        assert sorted(first) == sorted(second) == sorted(f"{one.event.id} {one.position}" for one in logged)
        assert [one.event.id for one in logged] == [event(number).id for number in range(WRITES)]


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

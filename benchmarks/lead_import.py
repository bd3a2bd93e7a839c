"""P8: how fast files of leads are read, checked and stored, and what that takes in memory.

`python -m benchmarks.lead_import [--short] [--sizes 10000 100000]`: a file with names, an id and numbers of two
countries, through the real import into SQLite; beside it what a script would do: Python's csv, phonenumbers, a look at
the DNC list and one INSERT a row, committed as durably.
"""

import asyncio
import csv
import json
import multiprocessing
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final

import phonenumbers
import psutil
import uvloop

from adapters.directory.object_store import DirectoryObjectStore
from adapters.phonenumbers.number_plan import PhonenumbersNumberPlan
from adapters.sqlite.connection import connect
from adapters.sqlite.dnc_list import SqliteDncList
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.import_store import SqliteImportStore
from adapters.sqlite.lead_store import SqliteLeadStore
from adapters.system.clock import SystemClock
from applications.api.csv_reader import CsvReader
from applications.api.lead_columns import columns_of
from applications.api.lead_rows import LeadRows
from applications.api.use_cases.run_imports import RunImports
from benchmarks.lead_files import dnc_numbers, write_file
from benchmarks.report import Plotted, Report, arguments
from benchmarks.rounds import Figures, Side, alternate
from domain.campaigns.lead_import import ImportState, LeadImport
from domain.ids import DEFAULT_BRAND, CampaignId, ImportId
from ports.dnc_list import DncEntry
from ports.import_store import ImportStore

SIZES: Final = (10_000, 100_000, 300_000, 1_000_000)
SHORT: Final = (2_000,)
CHUNK: Final = 256 * 1024
MEGABYTE: Final = 2**20
LOOK_EVERY: Final = 0.05
PEER_MOST: Final = 100_000
"""The peer's cost a row is the same for any number of them, and a million would take it the better part of an hour."""


class Memory:
    """How many megabytes more this process has taken than at the beginning, at most, when it was looked at."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._before = self._process.memory_info().rss
        self.more = 0.0

    def look(self) -> None:
        self.more = max(self.more, (self._process.memory_info().rss - self._before) / MEGABYTE)


def parsed(path: Path, rows: int) -> dict[str, float]:
    """Reading and checking alone, on one core."""
    began = time.process_time()
    assert _checked(path) == rows
    took = time.process_time() - began
    return _speed(rows, took, took)


def _checked(path: Path) -> int:
    """How many rows were read and checked."""
    reader = CsvReader()
    rows = chain(chain.from_iterable(reader.feed(chunk) for chunk in _chunks(path)), reader.end())
    columns = columns_of(next(rows).fields, {})
    reading = LeadRows(lead_import=_import(0), columns=columns, plan=PhonenumbersNumberPlan(), at=datetime.now(UTC))
    number = 0
    for number, row in enumerate(rows, start=1):
        reading.read(row, number)
    return number


def _speed(rows: int, seconds: float, cpu: float) -> dict[str, float]:
    return {"rows/s": rows / seconds, "rows/CPU s": rows / cpu}


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def imported(path: Path, rows: int) -> dict[str, float]:
    """The use case that the API runs, over the embedded stores."""
    return uvloop.run(_imported(path, rows))


async def _imported(path: Path, rows: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        file = SqliteFile(Path(folder) / "cxb.sqlite")
        await file.open()
        imports, dnc, objects = SqliteImportStore(file), SqliteDncList(file), DirectoryObjectStore(Path(folder) / "o")
        now = datetime.now(UTC)
        await dnc.add(
            [DncEntry(brand=DEFAULT_BRAND, phone=phone, source="upload", added_at=now) for phone in dnc_numbers(rows)]
        )
        stored = await objects.put("leads", _pieces(path))
        await imports.add(_import(stored.size))
        run = RunImports(
            imports=imports,
            leads=SqliteLeadStore(file),
            dnc=dnc,
            objects=objects,
            plan=PhonenumbersNumberPlan(),
            clock=SystemClock(),
        )
        memory, began, cpu = Memory(), time.perf_counter(), time.process_time()
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(_longest_without_news(imports, memory))
            await run()
            took, cpu = time.perf_counter() - began, time.process_time() - cpu
        done = await imports.get(DEFAULT_BRAND, ImportId("imp_1"))
        await file.aclose()
    assert (done.state, done.rows) == (ImportState.DONE, rows)
    return {
        **_speed(rows, took, cpu),
        "MB more": memory.more,
        "s without progress": watching.result(),
    }


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    for chunk in _chunks(path):
        yield chunk


async def _longest_without_news(imports: ImportStore, memory: Memory) -> float:
    """Seconds, as somebody sees it who looks at the import's page again and again."""
    longest, seen, since = 0.0, 0, time.perf_counter()
    while True:
        now = await imports.get(DEFAULT_BRAND, ImportId("imp_1"))
        memory.look()
        longest = max(longest, time.perf_counter() - since)
        if now.rows != seen:
            seen, since = now.rows, time.perf_counter()
        if now.state is ImportState.DONE:
            return longest
        await asyncio.sleep(LOOK_EVERY)


def scripted(path: Path, rows: int) -> dict[str, float]:
    """As one writes it in an afternoon."""
    with tempfile.TemporaryDirectory() as folder:
        connection = connect(Path(folder) / "leads.sqlite", query_only=False)
        connection.execute("CREATE TABLE leads (id INTEGER PRIMARY KEY, phone TEXT UNIQUE, doc TEXT)")
        connection.execute("CREATE TABLE dnc (phone TEXT PRIMARY KEY)")
        connection.executemany("INSERT INTO dnc VALUES (?)", [(phone,) for phone in dnc_numbers(rows)])
        memory, began, cpu = Memory(), time.perf_counter(), time.process_time()
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                phone = _e164(row["phone"], row["region"])
                if phone and not connection.execute("SELECT 1 FROM dnc WHERE phone = ?", (phone,)).fetchall():
                    values = (phone, json.dumps(row))
                    connection.execute("INSERT INTO leads (phone, doc) VALUES (?, ?) ON CONFLICT DO NOTHING", values)
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        memory.look()
        connection.close()
    return {**_speed(rows, took, cpu), "MB more": memory.more}


def _e164(raw: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else None


def _import(size: int) -> LeadImport:
    return LeadImport(
        id=ImportId("imp_1"),
        brand=DEFAULT_BRAND,
        campaign_id=CampaignId("cmp_1"),
        object_key="leads",
        size=size,
        region="US",
        created_at=datetime.now(UTC),
    )


def _alone(work: Callable[[Path, int], dict[str, float]], folder: Path, rows: int) -> Figures:
    """In a process of its own, whose memory holds nothing else."""
    path = folder / f"{rows}.csv"
    if not path.exists():
        write_file(path, rows)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, path, rows).result()


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--sizes", type=int, nargs="*")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    sizes, rounds = (asked.sizes or (SHORT if asked.short else SIZES)), (1 if asked.short else asked.rounds)
    with tempfile.TemporaryDirectory() as folder:
        sides = [
            Side(name="CXB, read and checked (one core)", measure=partial(_alone, parsed, Path(folder))),
            Side(name="CXB, whole import into SQLite", measure=partial(_alone, imported, Path(folder))),
            Side(name="csv + insert a row", measure=partial(_alone, scripted, Path(folder)), most=PEER_MOST),
        ]
        rows = alternate(sides, sizes, rounds)
    Report(
        name="lead_import",
        title="P8: import of leads",
        size="rows",
        rows=rows,
        rounds=rounds,
        short=asked.short,
        out=asked.out,
        plotted=(Plotted(figure="rows/s"), Plotted(figure="MB more")),
    ).publish()


if __name__ == "__main__":
    main()

"""P10: results that wait in a Core's outbox because the API is away, and how soon all are stored once it is back.

`python -m benchmarks.result_backlog [--short] [--sizes 10 100]`: a real Core and a real API over SQLite. The outbox is
as after an outage of an hour: every result has failed ten times, and is due again within the longest wait.
"""

import asyncio
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import apsw

from adapters.directory.disk import file_name
from adapters.directory.parcel_file import Slip, slip_bytes
from adapters.directory.result_outbox import PARCEL, SLIP, DirectoryResultOutbox
from adapters.sqlite.call_store import SqliteCallStore
from adapters.sqlite.file import SqliteFile
from benchmarks.api_world import result_of
from benchmarks.processes import SECRET, answers, environment, seconds_until, started
from benchmarks.report import Plotted, Report, arguments
from benchmarks.rounds import Figures, Side, alternate
from domain.calls.call import Call, Direction
from domain.calls.resend import wait_before_resend
from domain.ids import DEFAULT_BRAND, BotId, CallId, TrunkId

SIZES: Final = (10, 100, 1_000, 5_000)
SHORT: Final = (20,)
TRIES: Final = 10
TRIES_SHORT: Final = 1
STORED: Final = "SELECT count(*) FROM calls WHERE state = 'ended'"
TOLD: Final = """
SELECT count(*), count(DISTINCT json_extract(doc, '$.subject')) FROM events
WHERE json_extract(doc, '$.kind') = 'call.concluded'"""


def delivered(results: int, *, short: bool) -> Figures:
    """In short, both processes start at the same time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asyncio.run(_outage(folder, results, TRIES_SHORT if short else TRIES))
        environ = environment(
            folder, CXB_MEDIA="memory", CXB_ENGINE="memory", CXBCORE_SECRET=SECRET, JWT_SECRET="j" * 40
        )
        with started("applications.core.main", environ=environ, log=folder / "core.log"):
            if not short:
                seconds_until(partial(answers, f"{environ['CXB_CORE_URL']}/healthz"), time.monotonic())
            with started("applications.api.main", environ=environ, log=folder / "api.log"):
                seconds_until(partial(answers, f"{environ['CXB_API_URL']}/healthz"), time.monotonic())
                back = time.monotonic()
                database = apsw.Connection(str(folder / "cxb.sqlite"), flags=apsw.SQLITE_OPEN_READONLY)
                stored = seconds_until(lambda: _ask(database, STORED)[0] == results, back)
                seconds_until(lambda: _left(folder) == 0, back)
                seconds_until(lambda: _ask(database, TOLD)[0] >= results, back)
                told, of_calls = _ask(database, TOLD)
                database.close()
    return {"s until all are stored": stored, "stored twice": told - of_calls, "results/s": results / stored}


async def _outage(folder: Path, results: int, tries: int) -> None:
    """Calls in the file, and their results in the outbox."""
    now = datetime.now(UTC)
    file = SqliteFile(folder / "cxb.sqlite")
    await file.open()
    await asyncio.gather(*(SqliteCallStore(file).add(_call(number, now)) for number in range(results)))
    await file.aclose()
    root = _outbox(folder)
    outbox = DirectoryResultOutbox(root)
    for number in range(results):
        call_id = CallId(f"call_{number}")
        await outbox.put(call_id, result_of(number), at=now)
        due_at = now + timedelta(seconds=wait_before_resend(call_id, tries))
        (root / f"{file_name(call_id)}{SLIP}").write_bytes(slip_bytes(Slip(due_at=due_at, tries=tries)))


def _outbox(folder: Path) -> Path:
    return folder / "core" / file_name("core-1") / "outbox"


def _left(folder: Path) -> int:
    return sum(1 for path in _outbox(folder).iterdir() if path.name.endswith(PARCEL))


def _call(number: int, now: datetime) -> Call:
    return Call(
        id=CallId(f"call_{number}"),
        brand=DEFAULT_BRAND,
        direction=Direction.API,
        bot_id=BotId("bot_1"),
        bot_version=1,
        phone="+14155550101",
        caller_number="+14155550199",
        trunk_id=TrunkId("simulated"),
        created_at=now,
    )


def _ask(database: apsw.Connection, sql: str) -> list[int]:
    return [int(str(value)) for value in database.execute(sql).fetchall()[0]]


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--sizes", type=int, nargs="*")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    sizes, rounds = (asked.sizes or (SHORT if asked.short else SIZES)), (1 if asked.short else asked.rounds)
    side = Side(name="CXB, Core and API", measure=partial(delivered, short=asked.short))
    Report(
        name="result_backlog",
        title="P10: results that waited while the API was away",
        size="results",
        rows=alternate([side], sizes, rounds),
        rounds=rounds,
        short=asked.short,
        out=asked.out,
        plotted=[Plotted(figure="s until all are stored"), Plotted(figure="results/s")],
    ).publish()


if __name__ == "__main__":
    main()

"""A process of its own that works on a SQLite file and prints what was acknowledged, for test_sqlite_processes.py.

python -m contract_tests.ports.sqlite_process <file> claim <holder>
python -m contract_tests.ports.sqlite_process <file> write <run>
"""

import asyncio
import sys
from pathlib import Path

from adapters.sqlite.call_store import SqliteCallStore
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.lead_store import SqliteLeadStore
from contract_tests.ports.specimens import BRAND, CAMPAIGN, NOON, call, later, result
from domain.ids import CallId

WRITERS = 16


def acknowledge(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def claim(file: SqliteFile, holder: str) -> None:
    """Claim leads by threes until there are none. Begins when told to by a line on standard input."""
    leads = SqliteLeadStore(file)
    acknowledge("ready")
    await asyncio.to_thread(sys.stdin.readline)
    while claimed := await leads.claim_due(BRAND, CAMPAIGN, holder=holder, at=NOON, until=later(30), limit=3):
        for one in claimed:
            acknowledge(one.id)


async def write(file: SqliteFile, run: str) -> None:
    """Add calls and conclude them, until killed."""
    calls = SqliteCallStore(file)

    async def writer(number: int) -> None:
        while True:
            planned = await calls.add(call(number, id=CallId(f"{run}.{number}")))
            await calls.save(planned.conclude(result()))
            acknowledge(planned.id)
            number += WRITERS

    async with asyncio.TaskGroup() as tasks:
        for first in range(WRITERS):
            tasks.create_task(writer(first))


async def main(path: str, what: str, name: str) -> None:
    file = SqliteFile(Path(path))
    await file.open()
    try:
        await {"claim": claim, "write": write}[what](file, name)
    finally:
        await file.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

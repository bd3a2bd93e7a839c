"""A process of its own that works on a SQLite file and prints what was acknowledged, for test_sqlite_processes.py.

python -m contract_tests.ports.sqlite_process <file> claim <holder>
python -m contract_tests.ports.sqlite_process <file> lapse <holder>
python -m contract_tests.ports.sqlite_process <file> rename <name>
python -m contract_tests.ports.sqlite_process <file> conclude <name>
python -m contract_tests.ports.sqlite_process <file> relay <name>
python -m contract_tests.ports.sqlite_process <file> write <run>
"""

import asyncio
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from adapters.sqlite.call_store import SqliteCallStore
from adapters.sqlite.campaign_store import SqliteCampaignStore
from adapters.sqlite.event_log import SqliteEventLog
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.lead_store import SqliteLeadStore
from contract_tests.ports.specimens import BRAND, CAMPAIGN, NOON, call, event, later, result
from domain.ids import CallId
from ports.errors import Stale

WRITERS = 16
WRITES = 100


def acknowledge(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def told_to_begin() -> None:
    """A line on standard input, so that all processes of a test begin at once."""
    acknowledge("ready")
    await asyncio.to_thread(sys.stdin.readline)


async def claim(file: SqliteFile, holder: str) -> None:
    """Claim leads by threes until there are none."""
    await told_to_begin()
    await _claim_all(SqliteLeadStore(file), holder, at=NOON, until=later(30))


async def lapse(file: SqliteFile, holder: str) -> None:
    """Claim leads whose leases, until a minute after noon, have run out."""
    await told_to_begin()
    await _claim_all(SqliteLeadStore(file), holder, at=later(60), until=later(90))


async def _claim_all(leads: SqliteLeadStore, holder: str, *, at: datetime, until: datetime) -> None:
    while claimed := await leads.claim_due(BRAND, CAMPAIGN, holder=holder, at=at, until=until, limit=3):
        for one in claimed:
            assert one.lease is not None
            acknowledge(f"{one.id} {one.lease.fence}")


async def rename(file: SqliteFile, name: str) -> None:
    """Write to one campaign a hundred times, each time from what is there; tells how often it was too late."""
    campaigns = SqliteCampaignStore(file)
    await told_to_begin()
    stale = written = 0
    while written < WRITES:
        known = await campaigns.get(BRAND, CAMPAIGN)
        try:
            await campaigns.save(replace(known, name=f"{name}{written}"))
        except Stale:
            stale += 1
            continue
        written += 1
    acknowledge(str(stale))


async def conclude(file: SqliteFile, _: str) -> None:
    """Store the same result for each of a hundred calls, as somebody who does not know of the other."""
    calls = SqliteCallStore(file)
    await told_to_begin()
    for number in range(WRITES):
        known = await calls.get(BRAND, call(number).id)
        try:
            await calls.save(known.conclude(result()))
        except Stale:
            acknowledge(known.id)


async def relay(file: SqliteFile, _: str) -> None:
    """Append the same hundred events one by one; tells the position of each."""
    log = SqliteEventLog(file)
    await told_to_begin()
    for number in range(WRITES):
        (logged,) = await log.append([event(number)])
        acknowledge(f"{logged.event.id} {logged.position}")


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


WORK = {
    "claim": claim,
    "lapse": lapse,
    "rename": rename,
    "conclude": conclude,
    "relay": relay,
    "write": write,
}


async def main(path: str, what: str, name: str) -> None:
    file = SqliteFile(Path(path))
    await file.open()
    try:
        await WORK[what](file, name)
    finally:
        await file.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

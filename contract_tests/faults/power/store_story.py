"""Calls, leads, attempts, events and pushes on their way through the real stores, and what must be left of them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from adapters.sqlite.attempt_ledger import SqliteAttemptLedger
from adapters.sqlite.call_store import SqliteCallStore
from adapters.sqlite.delivery_log import SqliteDeliveryLog
from adapters.sqlite.event_log import SqliteEventLog
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.lead_store import SqliteLeadStore
from contract_tests.ports.specimens import BRAND, CAMPAIGN, NOON, attempt, call, delivery, later, lead, result
from domain.calls.call import Call, CallState
from domain.ids import ServerId
from ports.attempt_ledger import AttemptFilter
from ports.call_store import CallFilter
from ports.delivery_log import DeliveryFilter
from ports.lead_store import LeadFilter

ROUNDS: Final = 10
AT_ONCE: Final = 4
"""Calls that go their way side by side, so that commits hold more than one of them."""

A_BATCH: Final = 4
"""Leads that are added by one operation: all of them are stored, or none."""

MANY: Final = 1000
SMALL_LOG: Final = 40
"""Pages of write-ahead log between checkpoints, so that there are many."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A document is stored, of this version or a later one."""

    id: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class Stores:
    file: SqliteFile

    @property
    def calls(self) -> SqliteCallStore:
        return SqliteCallStore(self.file)

    @property
    def leads(self) -> SqliteLeadStore:
        return SqliteLeadStore(self.file)

    @property
    def attempts(self) -> SqliteAttemptLedger:
        return SqliteAttemptLedger(self.file)

    @property
    def deliveries(self) -> SqliteDeliveryLog:
        return SqliteDeliveryLog(self.file)

    @property
    def events(self) -> SqliteEventLog:
        return SqliteEventLog(self.file)


@asynccontextmanager
async def opened(path: Path, **how: Any) -> AsyncIterator[Stores]:
    file = SqliteFile(path, **how)
    await file.open()
    try:
        yield Stores(file)
    finally:
        await file.aclose()


async def live_through(stores: Stores, told: Callable[[Fact], None]) -> None:
    """`told` is called when an await has returned: what it is told must outlive any power cut from then on."""
    await stores.file.write(lambda connection: connection.execute(f"PRAGMA wal_autocheckpoint={SMALL_LOG}").fetchall())
    told(Fact("the file"))
    for nth in range(ROUNDS):
        async with asyncio.TaskGroup() as tasks:
            for number in range(nth * AT_ONCE, (nth + 1) * AT_ONCE):
                tasks.create_task(_one_call(stores, number, told))
            tasks.create_task(_some_leads(stores, nth, told))


async def _one_call(stores: Stores, number: int, told: Callable[[Fact], None]) -> None:
    """From its intent to its push, as Dialler, Core and relay would have it."""
    tried = await stores.attempts.open(attempt(number))
    told(Fact(tried.id, tried.version))
    planned = await stores.calls.add(call(number, variables={"note": "n" * (number * 37 % 2500)}))
    told(Fact(planned.id, planned.version))
    live = await stores.calls.save(planned.join(ServerId("core-1"), at=later(number)))
    told(Fact(live.id, live.version))
    ended = await stores.calls.save(live.conclude(result(f"digest {number}")))
    told(Fact(ended.id, ended.version))
    for logged in await stores.events.append(ended.events):
        told(Fact(logged.event.id))
    await stores.deliveries.add(push := delivery(number, call_id=ended.id))
    told(Fact(push.id))
    if number % 3:  # the others' events still wait for the relay
        relayed = await stores.calls.save(ended.relayed(frozenset(event.id for event in ended.events)))
        told(Fact(relayed.id, relayed.version))


async def _some_leads(stores: Stores, nth: int, told: Callable[[Fact], None]) -> None:
    numbers = range(nth * A_BATCH, (nth + 1) * A_BATCH)
    await stores.leads.add(batch := [lead(number) for number in numbers])
    for one in batch:
        told(Fact(one.id))
    claimed = await stores.leads.claim_due(BRAND, CAMPAIGN, holder="d", at=NOON, until=later(60), limit=A_BATCH - 1)
    for one in claimed:
        told(Fact(one.id, one.version))
    for one in claimed[:2]:
        saved = await stores.leads.save(one.dial())
        told(Fact(saved.id, saved.version))


async def faults(stores: Stores, facts: Iterable[Fact]) -> list[str]:
    """What is wrong with what was found, by what had been promised."""
    whole = await stores.file.read(lambda connection: connection.execute("PRAGMA integrity_check").fetchall())
    if whole != [("ok",)]:
        return [f"integrity: {whole[0][0]}"]
    calls = (await stores.calls.page(BRAND, where=CallFilter(), after=None, limit=MANY)).items
    events = {one.event.id for one in await stores.events.read(BRAND, after=0, limit=MANY)}
    found = await _versions(stores) | {one.id: one.version for one in calls} | dict.fromkeys(events, 0)
    lost = [f"lost: {fact}" for fact in facts if fact.version > found.get(fact.id, -1)]
    torn = [f"apart: {one.id}" for one in calls if not _together(one, events)]
    return [*lost, *torn, *_half_batches(found), *await _columns_apart(stores)]


async def _versions(stores: Stores) -> dict[str, int]:
    leads = await stores.leads.page(BRAND, CAMPAIGN, where=LeadFilter(), after=None, limit=MANY)
    attempts = await stores.attempts.page(BRAND, CAMPAIGN, where=AttemptFilter(), after=None, limit=MANY)
    pushes = await stores.deliveries.page(BRAND, where=DeliveryFilter(), after=None, limit=MANY)
    found = {"the file": 0}
    found.update({one.id: one.version for one in leads.items})
    found.update({one.id: one.version for one in attempts.items})
    found.update({one.id: one.version for one in pushes.items})
    return found


def _together(one: Call, logged: set[Any]) -> bool:
    """A call that has ended has its event, with it or in the log already; one that has not has none."""
    own = {event.id for event in one.events}
    concluded = f"{one.id}.concluded.1" in own | logged
    return concluded is (one.state is CallState.ENDED) and (one.result is not None) is concluded


def _half_batches(found: Mapping[str, int]) -> list[str]:
    stored = [number for number in range(ROUNDS * A_BATCH) if lead(number).id in found]
    batches = {number // A_BATCH for number in stored}
    return [] if len(stored) == len(batches) * A_BATCH else ["half a batch of leads"]


async def _columns_apart(stores: Stores) -> list[str]:
    """What is searched by says the same as the document."""
    sql = "SELECT id FROM {} WHERE version != json_extract(doc, '$.version') OR state != json_extract(doc, '$.state')"
    sql = " UNION ALL ".join(sql.format(table) for table in ("calls", "leads", "campaign_calls", "deliveries"))
    apart = await stores.file.read(lambda connection: connection.execute(sql).fetchall())
    return [f"columns and document apart: {row}" for row in apart]

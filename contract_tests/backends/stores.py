"""Implementations of the ports that keep documents: in memory, and in one SQLite file."""

import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from adapters.memory.allotments import MemoryAllotments
from adapters.memory.api_key_store import MemoryApiKeyStore
from adapters.memory.attempt_ledger import MemoryAttemptLedger
from adapters.memory.bot_store import MemoryBotStore
from adapters.memory.call_store import MemoryCallStore
from adapters.memory.campaign_store import MemoryCampaignStore
from adapters.memory.crm_target_store import MemoryCrmTargetStore
from adapters.memory.delivery_log import MemoryDeliveryLog
from adapters.memory.did_store import MemoryDidStore
from adapters.memory.dnc_list import MemoryDncList
from adapters.memory.event_log import MemoryEventLog
from adapters.memory.fleet_registry import MemoryFleetRegistry
from adapters.memory.import_store import MemoryImportStore
from adapters.memory.lead_store import MemoryLeadStore
from adapters.memory.leases import MemoryLeases
from adapters.memory.leg_ledger import MemoryLegLedger
from adapters.memory.trunk_store import MemoryTrunkStore
from adapters.memory.user_store import MemoryUserStore
from adapters.sqlite.allotments import SqliteAllotments
from adapters.sqlite.api_key_store import SqliteApiKeyStore
from adapters.sqlite.attempt_ledger import SqliteAttemptLedger
from adapters.sqlite.bot_store import SqliteBotStore
from adapters.sqlite.call_store import SqliteCallStore
from adapters.sqlite.campaign_store import SqliteCampaignStore
from adapters.sqlite.crm_target_store import SqliteCrmTargetStore
from adapters.sqlite.delivery_log import SqliteDeliveryLog
from adapters.sqlite.did_store import SqliteDidStore
from adapters.sqlite.dnc_list import SqliteDncList
from adapters.sqlite.event_log import SqliteEventLog
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.fleet_registry import SqliteFleetRegistry
from adapters.sqlite.import_store import SqliteImportStore
from adapters.sqlite.lead_store import SqliteLeadStore
from adapters.sqlite.leases import SqliteLeases
from adapters.sqlite.leg_ledger import SqliteLegLedger
from adapters.sqlite.trunk_store import SqliteTrunkStore
from adapters.sqlite.user_store import SqliteUserStore
from adapters.system.clock import SystemClock
from contract_tests.backends.backend import Backend


@asynccontextmanager
async def sqlite_file() -> AsyncIterator[SqliteFile]:
    """A new file in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = SqliteFile(Path(folder) / "cxb.sqlite")
        await file.open()
        try:
            yield file
        finally:
            await file.aclose()


def _memory(make: Callable[[], Any]) -> Backend:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Any]:
        yield make()

    return Backend(name="memory", open=opened)


def _sqlite(make: Callable[[SqliteFile], Any]) -> Backend:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Any]:
        async with sqlite_file() as file:
            yield make(file)

    def opening() -> AbstractAsyncContextManager[Any]:
        return opened()

    return Backend(name="sqlite", open=opening)


def _both(memory: Callable[[], Any], sqlite: Callable[[SqliteFile], Any]) -> Mapping[str, Backend]:
    return {"memory": _memory(memory), "sqlite": _sqlite(sqlite)}


BACKENDS: Mapping[str, Mapping[str, Backend]] = {
    "allotments": _both(lambda: MemoryAllotments(SystemClock()), lambda file: SqliteAllotments(file, SystemClock())),
    "api_key_store": _both(MemoryApiKeyStore, SqliteApiKeyStore),
    "attempt_ledger": _both(MemoryAttemptLedger, SqliteAttemptLedger),
    "bot_store": _both(MemoryBotStore, SqliteBotStore),
    "call_store": _both(MemoryCallStore, SqliteCallStore),
    "campaign_store": _both(MemoryCampaignStore, SqliteCampaignStore),
    "crm_target_store": _both(MemoryCrmTargetStore, SqliteCrmTargetStore),
    "delivery_log": _both(MemoryDeliveryLog, SqliteDeliveryLog),
    "did_store": _both(MemoryDidStore, SqliteDidStore),
    "dnc_list": _both(MemoryDncList, SqliteDncList),
    "event_log": _both(MemoryEventLog, SqliteEventLog),
    "fleet_registry": _both(MemoryFleetRegistry, SqliteFleetRegistry),
    "import_store": _both(MemoryImportStore, SqliteImportStore),
    "lead_store": _both(MemoryLeadStore, SqliteLeadStore),
    "leases": _both(lambda: MemoryLeases(SystemClock()), lambda file: SqliteLeases(file, SystemClock())),
    "leg_ledger": _both(MemoryLegLedger, SqliteLegLedger),
    "trunk_store": _both(MemoryTrunkStore, SqliteTrunkStore),
    "user_store": _both(MemoryUserStore, SqliteUserStore),
}

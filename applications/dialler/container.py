"""The Dialler's bill of materials: which adapter stands behind each port, and what each use case is made of."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from dependency_injector import containers, providers

from adapters.acoustic.screening import AcousticScreening
from adapters.environment.settings import EnvironmentSettings
from adapters.exchange.audio_links import ExchangeAudioLinks
from adapters.exchange.connection import ExchangeConnection
from adapters.exchange.rooms import ExchangeRooms
from adapters.exchange.telephony import ExchangeTelephony
from adapters.http.core_gateway import HttpCoreGateway
from adapters.http.fleet_desk import HttpFleetDesk
from adapters.memory.allotments import MemoryAllotments
from adapters.memory.attempt_ledger import MemoryAttemptLedger
from adapters.memory.audio_links import MemoryAudioLinks
from adapters.memory.call_store import MemoryCallStore
from adapters.memory.campaign_store import MemoryCampaignStore
from adapters.memory.core_gateway import MemoryCoreGateway
from adapters.memory.dnc_list import MemoryDncList
from adapters.memory.fleet_desk import MemoryFleetDesk
from adapters.memory.fleet_registry import MemoryFleetRegistry
from adapters.memory.lead_store import MemoryLeadStore
from adapters.memory.leases import MemoryLeases
from adapters.memory.rooms import MemoryRooms
from adapters.memory.telephony import MemoryTelephony
from adapters.sqlite.allotments import SqliteAllotments
from adapters.sqlite.attempt_ledger import SqliteAttemptLedger
from adapters.sqlite.call_store import SqliteCallStore
from adapters.sqlite.campaign_store import SqliteCampaignStore
from adapters.sqlite.dnc_list import SqliteDncList
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.fleet_registry import SqliteFleetRegistry
from adapters.sqlite.lead_store import SqliteLeadStore
from adapters.sqlite.leases import SqliteLeases
from adapters.system.clock import SystemClock
from adapters.system.ids import SystemIds
from adapters.system.logging import configure_logging

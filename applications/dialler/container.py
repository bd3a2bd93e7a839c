"""The Dialler's bill of materials: which adapter stands behind each port, and what each use case is made of.

Technologies that are slow to import are named as strings and imported when they are chosen.
"""

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dependency_injector import containers, providers

from adapters.acoustic.screening import AcousticScreening
from adapters.asgi.front import Front
from adapters.environment.settings import EnvironmentSettings
from adapters.http.core_gateway import HttpCoreGateway
from adapters.http.fleet_desk import HttpFleetDesk
from adapters.memory.allotments import MemoryAllotments
from adapters.memory.attempt_ledger import MemoryAttemptLedger
from adapters.memory.call_store import MemoryCallStore
from adapters.memory.campaign_store import MemoryCampaignStore
from adapters.memory.dnc_list import MemoryDncList
from adapters.memory.fleet_registry import MemoryFleetRegistry
from adapters.memory.lead_store import MemoryLeadStore
from adapters.memory.leases import MemoryLeases
from adapters.memory.leg_ledger import MemoryLegLedger
from adapters.opentelemetry.chosen import tracing_to
from adapters.prometheus.metrics import PrometheusMetrics
from adapters.system.clock import SystemClock
from adapters.system.ids import SystemIds
from adapters.system.logging import configure_logging
from adapters.system.serving import serve, stop_on_signals
from applications.dialler.answer_rates import AnswerRates
from applications.dialler.core_slots import CoreSlots
from applications.dialler.rounds import Rounds
from applications.dialler.trunk_shares import TrunkShares
from applications.dialler.use_cases.answer_call import AnswerCall
from applications.dialler.use_cases.conclude_unanswered import ConcludeUnanswered
from applications.dialler.use_cases.dial_due_leads import DialDueLeads
from applications.dialler.use_cases.end_campaigns import EndCampaigns
from applications.dialler.use_cases.listen_in import ListenIn
from applications.dialler.use_cases.open_attempt import OpenAttempt
from applications.dialler.use_cases.order_core import OrderCore
from applications.dialler.use_cases.pace_campaigns import PaceCampaigns
from applications.dialler.use_cases.recover_attempts import RecoverAttempts
from applications.dialler.use_cases.run_attempt import RunAttempt
from applications.dialler.use_cases.seat_call import SeatCall
from applications.dialler.use_cases.see_core_join import SeeCoreJoin
from applications.dialler.use_cases.settle_attempts import SettleAttempts
from ports.settings import Media, Settings


def _database(settings: Settings) -> Path:
    return Path(settings.data) / "cxb.sqlite"


def _media(settings: Settings) -> str:
    """Calls in memory would be in this process alone, where no Core could join them: then the exchange is asked."""
    return Media.EXCHANGE.value if settings.media is Media.MEMORY else settings.media.value


def named(path: str) -> Callable[..., Any]:
    """The class at `module.Name`, imported when the first one is made."""

    def make(*given: Any, **named_too: Any) -> Any:
        module, _, name = path.rpartition(".")
        return getattr(importlib.import_module(module), name)(*given, **named_too)

    return make


def _holder(ids: SystemIds) -> str:
    """This life of the process: a Dialler that was killed never comes back as the holder of its old leases."""
    return ids.new("dialler")


SETTINGS = providers.Dependency(instance_of=Settings)
CLOCK = providers.Singleton(SystemClock)
LIVEKIT_SERVER, LIVEKIT_SIP = (
    named(f"adapters.livekit.{name}") for name in ("server.LiveKitServer", "sip_client.LiveKitSip")
)
FILE = providers.Singleton(named("adapters.sqlite.file.SqliteFile"), providers.Callable(_database, SETTINGS))


def _stored(memory: Callable[..., Any], sqlite: str, *needs: Any) -> providers.Provider[Any]:
    """A store in memory or in the file; `needs` are what it asks for beyond that."""
    return providers.Selector(
        SETTINGS.provided.stores,
        memory=providers.Singleton(memory, *needs),
        sqlite=providers.Singleton(named(f"adapters.sqlite.{sqlite}"), FILE, *needs),
    )


class Container(containers.DeclarativeContainer):
    """Built without awaiting; `opening.py` opens what has to be."""

    settings = SETTINGS
    media = providers.Callable(_media, settings)

    clock = CLOCK
    ids = providers.Singleton(SystemIds)
    dialler = providers.Singleton(_holder, ids)
    metrics = providers.Singleton(PrometheusMetrics)
    tracing = providers.Singleton(tracing_to, "dialler", settings.provided.traces_url)

    file = FILE
    campaigns = _stored(MemoryCampaignStore, "campaign_store.SqliteCampaignStore")
    leads = _stored(MemoryLeadStore, "lead_store.SqliteLeadStore")
    attempts = _stored(MemoryAttemptLedger, "attempt_ledger.SqliteAttemptLedger")
    calls = _stored(MemoryCallStore, "call_store.SqliteCallStore")
    dnc = _stored(MemoryDncList, "dnc_list.SqliteDncList")
    fleet = _stored(MemoryFleetRegistry, "fleet_registry.SqliteFleetRegistry")
    legs = _stored(MemoryLegLedger, "leg_ledger.SqliteLegLedger")
    leases = _stored(MemoryLeases, "leases.SqliteLeases", CLOCK)
    allotments = _stored(MemoryAllotments, "allotments.SqliteAllotments", CLOCK)

    secret = settings.provided.core_secret
    desk = providers.Singleton(HttpFleetDesk, settings.provided.api_url, secret, clock=clock)
    cores = providers.Singleton(HttpCoreGateway, secret, tracing=tracing)
    connection = providers.Singleton(
        named("adapters.exchange.connection.ExchangeConnection"), settings.provided.exchange_url, secret, clock
    )
    key = (settings.provided.livekit_key, settings.provided.livekit_secret)
    livekit = providers.Singleton(LIVEKIT_SERVER, settings.provided.livekit_url, *key)
    livekit_sip = providers.Singleton(LIVEKIT_SIP, settings.provided.livekit_sip, *key)
    rooms = providers.Selector(
        media,
        exchange=providers.Singleton(named("adapters.exchange.rooms.ExchangeRooms"), connection),
        livekit=providers.Singleton(named("adapters.livekit.rooms.LiveKitRooms"), livekit),
    )
    links = providers.Selector(
        media,
        exchange=providers.Singleton(named("adapters.exchange.audio_links.ExchangeAudioLinks"), connection),
        livekit=providers.Singleton(named("adapters.livekit.audio_links.LiveKitAudioLinks"), clock),
    )
    telephony = providers.Selector(
        media,
        exchange=providers.Singleton(named("adapters.exchange.telephony.ExchangeTelephony"), connection),
        livekit=providers.Singleton(
            named("adapters.livekit.telephony.LiveKitTelephony"),
            livekit,
            livekit_sip,
            legs,
            clock,
            authoritative=True,  # attempts are dialled by Diallers alone, and all of them write into this ledger
        ),
    )
    screening = providers.Singleton(AcousticScreening, clock)

    rounds = providers.Singleton(Rounds, clock=clock)
    rates = providers.Singleton(AnswerRates)
    slots = providers.Singleton(CoreSlots, desk, dialler)
    trunks = providers.Singleton(TrunkShares, allotments, clock, dialler)
    conclude = providers.Singleton(ConcludeUnanswered, calls=calls, attempts=attempts, clock=clock)
    seat_call = providers.Singleton(
        SeatCall, slots=slots, cores=cores, rooms=rooms, clock=clock, metrics=metrics, tracing=tracing
    )
    order_core = providers.Singleton(OrderCore, cores=cores, rooms=rooms, clock=clock)
    see_core_join = providers.Singleton(SeeCoreJoin, calls=calls, cores=cores, rooms=rooms, clock=clock)
    answer_call = providers.Singleton(
        AnswerCall,
        rooms=rooms,
        screening=screening,
        seat_call=seat_call,
        order_core=order_core,
        see_core_join=see_core_join,
        conclude=conclude,
        clock=clock,
        metrics=metrics,
        tracing=tracing,
    )
    run_attempt = providers.Singleton(
        RunAttempt,
        attempts=attempts,
        rooms=rooms,
        telephony=telephony,
        listen_in=providers.Singleton(ListenIn, rooms=rooms, links=links),
        answer_call=answer_call,
        conclude=conclude,
        slots=slots,
        trunks=trunks,
        rates=rates,
        clock=clock,
        metrics=metrics,
        tracing=tracing,
    )
    open_attempt = providers.Singleton(
        OpenAttempt,
        leads=leads,
        attempts=attempts,
        calls=calls,
        trunks=trunks,
        run_attempt=run_attempt,
        clock=clock,
        dialler=dialler,
        start=rounds.provided.start,
    )
    dial_due_leads = providers.Singleton(
        DialDueLeads,
        campaigns=campaigns,
        leads=leads,
        attempts=attempts,
        dnc=dnc,
        slots=slots,
        trunks=trunks,
        rates=rates,
        open_attempt=open_attempt,
        clock=clock,
        dialler=dialler,
    )
    pace_campaigns = providers.Singleton(
        PaceCampaigns,
        campaigns=campaigns,
        leases=leases,
        desk=desk,
        slots=slots,
        trunks=trunks,
        rates=rates,
        dial_due_leads=dial_due_leads,
        clock=clock,
        dialler=dialler,
    )
    settle_attempts = providers.Singleton(
        SettleAttempts, attempts=attempts, leads=leads, campaigns=campaigns, clock=clock, metrics=metrics
    )
    recover_attempts = providers.Singleton(
        RecoverAttempts,
        attempts=attempts,
        calls=calls,
        fleet=fleet,
        cores=cores,
        telephony=telephony,
        rooms=rooms,
        conclude=conclude,
        clock=clock,
        dialler=dialler,
    )
    end_campaigns = providers.Singleton(EndCampaigns, campaigns=campaigns, leads=leads, attempts=attempts, clock=clock)

    front = providers.Singleton(Front, metrics=metrics, tracing=tracing, clock=clock, secret=secret)
    serve = providers.Object(serve)
    stop_on_signals = providers.Object(stop_on_signals)


def container() -> Container:
    """From the environment. Raises InvalidValue that names every setting that is wrong."""
    settings = EnvironmentSettings(os.environ, None).load()
    configure_logging("dialler", settings)
    return Container(settings=settings)

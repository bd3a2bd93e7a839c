"""The Dialler's bill of materials: which adapter stands behind each port, and what each use case is made of."""

import os
from contextlib import AsyncExitStack
from pathlib import Path

from dependency_injector import containers, providers

from adapters.acoustic.screening import AcousticScreening
from adapters.asgi.front import Front
from adapters.environment.settings import EnvironmentSettings
from adapters.exchange.audio_links import ExchangeAudioLinks
from adapters.exchange.connection import ExchangeConnection
from adapters.exchange.rooms import ExchangeRooms
from adapters.exchange.telephony import ExchangeTelephony
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
from adapters.opentelemetry.chosen import tracing_to
from adapters.prometheus.metrics import PrometheusMetrics
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
from adapters.system.serving import serve, stop_on_signals
from applications.dialler.answer_rates import AnswerRates
from applications.dialler.core_slots import CoreSlots
from applications.dialler.rounds import Rounds
from applications.dialler.trunk_shares import TrunkShares
from applications.dialler.use_cases.answer_call import AnswerCall
from applications.dialler.use_cases.conclude_unanswered import ConcludeUnanswered
from applications.dialler.use_cases.dial_due_leads import DialDueLeads
from applications.dialler.use_cases.end_campaigns import EndCampaigns
from applications.dialler.use_cases.open_attempt import OpenAttempt
from applications.dialler.use_cases.order_core import OrderCore
from applications.dialler.use_cases.pace_campaigns import PaceCampaigns
from applications.dialler.use_cases.recover_attempts import RecoverAttempts
from applications.dialler.use_cases.run_attempt import RunAttempt
from applications.dialler.use_cases.seat_call import SeatCall
from applications.dialler.use_cases.see_core_join import SeeCoreJoin
from applications.dialler.use_cases.settle_attempts import SettleAttempts
from ports.settings import Settings


def _database(settings: Settings) -> Path:
    return Path(settings.data) / "cxb.sqlite"


def _holder(ids: SystemIds) -> str:
    """This life of the process: a Dialler that was killed never comes back as the holder of its old leases."""
    return ids.new("dialler")


class Container(containers.DeclarativeContainer):
    """Built without awaiting; `opened` opens what has to be."""

    settings = providers.Dependency(instance_of=Settings)
    stores = settings.provided.stores
    media = settings.provided.media

    clock = providers.Singleton(SystemClock)
    ids = providers.Singleton(SystemIds)
    dialler = providers.Singleton(_holder, ids)
    metrics = providers.Singleton(PrometheusMetrics)
    tracing = providers.Singleton(tracing_to, "dialler", settings.provided.traces_url)

    file = providers.Singleton(SqliteFile, providers.Callable(_database, settings))
    campaigns = providers.Selector(
        stores, memory=providers.Singleton(MemoryCampaignStore), sqlite=providers.Singleton(SqliteCampaignStore, file)
    )
    leads = providers.Selector(
        stores, memory=providers.Singleton(MemoryLeadStore), sqlite=providers.Singleton(SqliteLeadStore, file)
    )
    attempts = providers.Selector(
        stores, memory=providers.Singleton(MemoryAttemptLedger), sqlite=providers.Singleton(SqliteAttemptLedger, file)
    )
    calls = providers.Selector(
        stores, memory=providers.Singleton(MemoryCallStore), sqlite=providers.Singleton(SqliteCallStore, file)
    )
    dnc = providers.Selector(
        stores, memory=providers.Singleton(MemoryDncList), sqlite=providers.Singleton(SqliteDncList, file)
    )
    fleet = providers.Selector(
        stores, memory=providers.Singleton(MemoryFleetRegistry), sqlite=providers.Singleton(SqliteFleetRegistry, file)
    )
    leases = providers.Selector(
        stores, memory=providers.Singleton(MemoryLeases, clock), sqlite=providers.Singleton(SqliteLeases, file, clock)
    )
    allotments = providers.Selector(
        stores,
        memory=providers.Singleton(MemoryAllotments, clock),
        sqlite=providers.Singleton(SqliteAllotments, file, clock),
    )

    desk = providers.Singleton(HttpFleetDesk, settings.provided.api_url, settings.provided.core_secret, clock=clock)
    cores = providers.Singleton(HttpCoreGateway, settings.provided.core_secret, tracing=tracing)
    connection = providers.Singleton(
        ExchangeConnection, settings.provided.exchange_url, settings.provided.core_secret, clock
    )
    rooms = providers.Singleton(ExchangeRooms, connection)
    links = providers.Singleton(ExchangeAudioLinks, connection)
    telephony = providers.Singleton(ExchangeTelephony, connection)
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
        links=links,
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

    front = providers.Singleton(
        Front, metrics=metrics, tracing=tracing, clock=clock, secret=settings.provided.core_secret
    )
    serve = providers.Object(serve)
    stop_on_signals = providers.Object(stop_on_signals)


def container() -> Container:
    """From the environment. Raises InvalidValue that names every setting that is wrong."""
    settings = EnvironmentSettings(os.environ, None).load()
    configure_logging("dialler", settings)
    return Container(settings=settings)


async def opened(made: Container, closing: AsyncExitStack) -> None:
    """Open what has to be opened, and leave its closing to the stack."""
    closing.push_async_callback(made.tracing().aclose)
    if made.settings().stores == "sqlite":
        await made.file().open()
        closing.push_async_callback(made.file().aclose)
    for client in (made.desk(), made.cores()):
        closing.push_async_callback(client.aclose)
    await closing.enter_async_context(made.connection().running())

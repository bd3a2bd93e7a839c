"""What the exchange is made of: the room model, served to the other processes, and the carriers behind it."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from dependency_injector import containers, providers

from adapters.captions.speech_to_text import CaptionsSpeechToText
from adapters.environment.settings import EnvironmentSettings
from adapters.espeak.text_to_speech import EspeakTextToSpeech
from adapters.exchange.leg_journal import ExchangeLegJournal
from adapters.exchange.server import ExchangeServer
from adapters.http.carrier_desk import HttpCarrierDesk
from adapters.memory.arrivals import Arrivals
from adapters.memory.rooms import MemoryRooms
from adapters.memory.telephony import MemoryTelephony
from adapters.prometheus.metrics import PrometheusMetrics
from adapters.simulation.carrier import SimulatedCarrier
from adapters.sip.carrier import SipCarrier
from adapters.system.clock import SystemClock
from adapters.system.heap import share_heap_between_threads
from adapters.system.ids import SystemIds
from adapters.system.logging import configure_logging
from adapters.system.serving import stop_on_signals
from domain.ids import TrunkId
from domain.routing.trunk import SIMULATED_TRUNK
from ports.carrier import Carrier
from ports.settings import Settings


def _journal_path(settings: Settings) -> Path:
    return Path(settings.data) / "exchange" / "legs.ndjson"


def _by_trunk(simulated: Carrier, sip: SipCarrier) -> Callable[[TrunkId], Carrier | None]:
    """The simulated carrier stands behind its own trunk and no other; SIP behind those that the API says are SIP."""
    return lambda trunk_id: simulated if trunk_id == SIMULATED_TRUNK else sip.behind(trunk_id)


@asynccontextmanager
async def _taken(arrivals: Arrivals, carrier: Carrier) -> AsyncIterator[None]:
    """Whoever calls us is let in meanwhile."""
    async with asyncio.TaskGroup() as tasks:
        taking = tasks.create_task(arrivals.run(carrier))
        try:
            yield
        finally:
            taking.cancel()


class Container(containers.DeclarativeContainer):
    """Made without awaiting; `opened` opens what has to be."""

    settings = providers.Dependency(instance_of=Settings)
    clock = providers.Singleton(SystemClock)
    metrics = providers.Singleton(PrometheusMetrics)

    text_to_speech = providers.Singleton(EspeakTextToSpeech)
    speech_to_text = providers.Singleton(CaptionsSpeechToText, error_rate=settings.provided.recognition_errors)
    carrier = providers.Singleton(
        SimulatedCarrier,
        clock,
        text_to_speech,
        speech_to_text,
        seed=settings.provided.simulation_seed,
        speed=settings.provided.simulation_speed,
    )

    rooms = providers.Singleton(MemoryRooms, clock)
    journal = providers.Singleton(ExchangeLegJournal, providers.Callable(_journal_path, settings), clock)
    carrier_desk = providers.Singleton(HttpCarrierDesk, settings.provided.api_url, settings.provided.core_secret)
    sip_carrier = providers.Singleton(
        SipCarrier,
        carrier_desk,
        clock,
        address=settings.provided.sip_address,
        port=settings.provided.sip_port,
        rtp_ports=settings.provided.rtp_ports,
    )
    telephony = providers.Singleton(
        MemoryTelephony, rooms, providers.Singleton(_by_trunk, carrier, sip_carrier), journal, clock
    )
    arrivals = providers.Singleton(Arrivals, rooms, telephony, carrier_desk, providers.Singleton(SystemIds), clock)
    server = providers.Singleton(
        ExchangeServer, rooms, telephony, clock, secret=settings.provided.core_secret, metrics=metrics
    )

    stop_on_signals = providers.Object(stop_on_signals)


def configured() -> Container:
    """By the settings of this process, which logs from now on. Raises InvalidValue that names every wrong one."""
    settings = EnvironmentSettings(os.environ, None).load()
    configure_logging("exchange", settings)
    share_heap_between_threads()
    return Container(settings=settings)


@asynccontextmanager
async def opened(container: Container) -> AsyncIterator[int]:
    """The exchange at work, on the port that this yields. It knows of earlier legs before anybody can ask for them."""
    settings = container.settings()
    async with AsyncExitStack() as stack:
        await container.text_to_speech().open()
        stack.push_async_callback(container.text_to_speech().aclose)
        container.journal().open()
        stack.callback(container.journal().close)
        stack.push_async_callback(container.carrier_desk().aclose)
        await stack.enter_async_context(container.sip_carrier().running())
        await stack.enter_async_context(container.telephony().running())
        port = await stack.enter_async_context(container.server().listening(settings.host, settings.exchange_port))
        await stack.enter_async_context(_taken(container.arrivals(), container.sip_carrier()))
        yield port

"""What Core is made of: an adapter behind each port, by the settings. What is slow to import is named as a string."""

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from dependency_injector import containers, providers

from adapters.asgi.front import Front
from adapters.directory.call_journal import DirectoryCallJournal
from adapters.directory.claim import claimed
from adapters.directory.disk import file_name
from adapters.directory.object_store import DirectoryObjectStore
from adapters.directory.result_outbox import DirectoryResultOutbox
from adapters.environment.settings import EnvironmentSettings
from adapters.http.channel_desk import HttpChannelDesk
from adapters.http.config_source import HttpConfigSource
from adapters.http.result_sink import HttpResultSink
from adapters.memory.audio_links import MemoryAudioLinks
from adapters.memory.language_model import FailingLanguageModel, MemoryLanguageModel
from adapters.memory.leg_journal import MemoryLegJournal
from adapters.memory.leg_ledger import MemoryLegLedger
from adapters.memory.rooms import MemoryRooms
from adapters.memory.speech_to_text import MemorySpeechToText
from adapters.memory.telephony import MemoryTelephony
from adapters.memory.text_to_speech import MemoryTextToSpeech
from adapters.opentelemetry.chosen import tracing_to
from adapters.prometheus.metrics import PrometheusMetrics
from adapters.system.clock import SystemClock
from adapters.system.ids import SystemIds
from adapters.system.logging import configure_logging
from adapters.system.serving import serve, stop_on_signals
from adapters.tape.audio_links import TapedAudioLinks
from applications.core.call_host import CallHost
from applications.core.call_processes import CallProcesses
from applications.core.call_service import CallService
from applications.core.identity import new_life
from applications.core.leg_channel import LegChannel
from applications.core.live_calls import LiveCalls
from applications.core.node import CoreNode
from applications.core.use_cases.check_core import CheckCore
from applications.core.use_cases.close_late import CloseLate
from applications.core.use_cases.conclude_call import ConcludeCall
from applications.core.use_cases.deliver_results import DeliverResults
from applications.core.use_cases.open_call import OpenCall
from applications.core.use_cases.order_call import OrderCall
from applications.core.use_cases.report_health import ReportHealth
from applications.core.use_cases.run_call import RunCall
from applications.core.use_cases.salvage_calls import SalvageCalls
from applications.core.use_cases.stay_on import StayOn
from applications.core.use_cases.take_call import TakeCall
from applications.core.use_cases.transfer_call import TransferCall
from ports.audio_links import AudioLinks
from ports.call_journal import JournalWriter
from ports.clock import Clock
from ports.errors import Refused
from ports.settings import Engine, Settings

CALL_PROCESS: Final = (sys.executable, "-m", "applications.core.call_process")


def named(path: str) -> Callable[..., Any]:
    """The class at `module.Name`, imported when the first one is made."""

    def make(*given: Any, **named_too: Any) -> Any:
        module, _, name = path.rpartition(".")
        return getattr(importlib.import_module(module), name)(*given, **named_too)

    return make


def _in_data(name: str) -> Callable[[Settings], Path]:
    """In the one folder; `{core}` becomes this Core's name, so that several can share that folder."""
    return lambda settings: Path(settings.data) / name.format(core=file_name(settings.server_id))


def _model(settings: Settings) -> str:
    """A bot that needs a model where none is set up says goodbye, and its result says why."""
    if settings.openai_url:
        return "openai"
    return "memory" if settings.engine is Engine.MEMORY else "none"


def _taped(links: AudioLinks, clock: Clock) -> Callable[[JournalWriter], AudioLinks]:
    return lambda journal: TapedAudioLinks(links, journal, clock)


class Container(containers.DeclarativeContainer):
    """Made without awaiting; `opening.py` opens what has to be."""

    settings = providers.Dependency(instance_of=Settings)
    media = settings.provided.media.value
    engine = settings.provided.engine.value
    secret = settings.provided.core_secret

    clock = providers.Singleton(SystemClock)
    identity = providers.Singleton(new_life, settings.provided.server_id, providers.Singleton(SystemIds))
    metrics = providers.Singleton(PrometheusMetrics)
    tracing = providers.Singleton(tracing_to, "core", settings.provided.traces_url)

    # the world
    configs = providers.Singleton(HttpConfigSource, settings.provided.api_url, secret, tracing=tracing)
    sink = providers.Singleton(HttpResultSink, settings.provided.api_url, secret, tracing=tracing)
    channels = providers.Singleton(HttpChannelDesk, settings.provided.api_url, secret, tracing=tracing)
    claim = providers.Factory(claimed, providers.Callable(_in_data("core/{core}"), settings))
    journal = providers.Singleton(DirectoryCallJournal, providers.Callable(_in_data("core/{core}/journals"), settings))
    outbox = providers.Singleton(DirectoryResultOutbox, providers.Callable(_in_data("core/{core}/outbox"), settings))
    objects = providers.Singleton(DirectoryObjectStore, providers.Callable(_in_data("objects"), settings))

    exchange = providers.Singleton(
        named("adapters.exchange.connection.ExchangeConnection"), settings.provided.exchange_url, secret, clock
    )
    key = (settings.provided.livekit_key, settings.provided.livekit_secret)
    livekit = providers.Singleton(named("adapters.livekit.server.LiveKitServer"), settings.provided.livekit_url, *key)
    livekit_sip = providers.Singleton(
        named("adapters.livekit.sip_client.LiveKitSip"), settings.provided.livekit_sip, *key
    )
    memory_rooms = providers.Singleton(MemoryRooms, clock)
    rooms = providers.Selector(
        media,
        memory=memory_rooms,
        livekit=providers.Singleton(named("adapters.livekit.rooms.LiveKitRooms"), livekit),
        exchange=providers.Singleton(named("adapters.exchange.rooms.ExchangeRooms"), exchange),
    )
    links = providers.Selector(
        media,
        memory=providers.Singleton(MemoryAudioLinks, memory_rooms, clock),
        livekit=providers.Singleton(named("adapters.livekit.audio_links.LiveKitAudioLinks"), clock),
        exchange=providers.Singleton(named("adapters.exchange.audio_links.ExchangeAudioLinks"), exchange),
    )
    legs = providers.Singleton(MemoryLegLedger)  # Core has no store, and asks about its own calls alone
    telephony = providers.Selector(
        media,
        memory=providers.Singleton(MemoryTelephony, memory_rooms, {}.get, providers.Singleton(MemoryLegJournal), clock),
        exchange=providers.Singleton(named("adapters.exchange.telephony.ExchangeTelephony"), exchange),
        livekit=providers.Singleton(
            named("adapters.livekit.telephony.LiveKitTelephony"), livekit, livekit_sip, legs, clock, authoritative=False
        ),
    )
    taped = providers.Singleton(_taped, links, clock)

    # what talks
    speech_to_text = providers.Selector(
        engine,
        memory=providers.Singleton(MemorySpeechToText),
        pipecat=providers.Singleton(
            named("adapters.captions.speech_to_text.CaptionsSpeechToText"),
            error_rate=settings.provided.recognition_errors,
        ),
    )
    text_to_speech = providers.Selector(
        engine,
        memory=providers.Singleton(MemoryTextToSpeech),
        pipecat=providers.Singleton(named("adapters.espeak.text_to_speech.EspeakTextToSpeech")),
    )
    language_model = providers.Selector(
        providers.Callable(_model, settings),
        memory=providers.Singleton(MemoryLanguageModel),
        none=providers.Singleton(FailingLanguageModel, Refused("no language model is set up", reason="no_model")),
        openai=providers.Singleton(
            named("adapters.openai.language_model.OpenAiLanguageModel"),
            base_url=settings.provided.openai_url,
            api_key=settings.provided.openai_key,
            model=settings.provided.openai_model,
        ),
    )
    providers_of_speech = (speech_to_text, text_to_speech, language_model, clock)
    conversation = providers.Selector(
        engine,
        memory=providers.Singleton(named("adapters.memory.conversation.MemoryConversation"), *providers_of_speech),
        pipecat=providers.Singleton(named("adapters.pipecat.conversation.PipecatConversation"), *providers_of_speech),
    )

    # calls, in the processes that carry them
    open_call = providers.Singleton(OpenCall, configs=configs, rooms=rooms, telephony=telephony, sink=sink, clock=clock)
    leg_channel = providers.Singleton(LegChannel, desk=channels, clock=clock)
    run_call = providers.Singleton(
        RunCall,
        rooms=rooms,
        telephony=telephony,
        journal=journal,
        taped=taped,
        conversation=conversation,
        transfer_call=providers.Singleton(TransferCall, telephony=telephony, channel=leg_channel),
        stay_on=providers.Singleton(StayOn, telephony=telephony, channel=leg_channel, clock=clock),
        sink=sink,
        clock=clock,
        server_id=settings.provided.server_id,
    )
    host = providers.Singleton(CallHost, open_call, run_call, tracing)
    call_service = providers.Singleton(CallService, host=host, rooms=rooms, clock=clock)

    # control; rooms in memory can only be joined from the process that they are in
    calls = providers.Singleton(
        LiveCalls, capacity=settings.provided.core_capacity, message_slots=settings.provided.core_message_slots
    )
    call_processes = providers.Singleton(
        CallProcesses, CALL_PROCESS, count=settings.provided.core_processes, clock=clock
    )
    runner = providers.Selector(media, memory=host, exchange=call_processes, livekit=call_processes)
    take_call = providers.Singleton(
        TakeCall, calls=calls, runner=runner, identity=identity, metrics=metrics, tracing=tracing
    )
    order_call = providers.Singleton(OrderCall, calls=calls, runner=runner)
    check_core = providers.Singleton(CheckCore, calls=calls, runner=runner, outbox=outbox)
    report_health = providers.Singleton(ReportHealth, calls=calls, outbox=outbox, identity=identity)
    conclude_call = providers.Singleton(
        ConcludeCall,
        rooms=rooms,
        journal=journal,
        objects=objects,
        outbox=outbox,
        clock=clock,
        server_id=settings.provided.server_id,
        metrics=metrics,
        tracing=tracing,
    )
    deliver_results = providers.Singleton(
        DeliverResults, outbox=outbox, sink=sink, clock=clock, metrics=metrics, tracing=tracing
    )
    salvage_calls = providers.Singleton(SalvageCalls, journal=journal, conclude=conclude_call, clock=clock)
    node = providers.Singleton(
        CoreNode,
        calls=calls,
        runner=runner,
        journal=journal,
        outbox=outbox,
        conclude_call=conclude_call,
        close_late=providers.Singleton(CloseLate, rooms=rooms, clock=clock),
        deliver_results=deliver_results,
        salvage_calls=salvage_calls,
        clock=clock,
        drain_seconds=settings.provided.drain_seconds,
        metrics=metrics,
    )
    front = providers.Singleton(Front, metrics=metrics, tracing=tracing, clock=clock, secret=secret)

    serve = providers.Object(serve)
    stop_on_signals = providers.Object(stop_on_signals)


def configured(process: str) -> Container:
    """By the settings of this process, which logs from now on. Raises InvalidValue that names every wrong one."""
    settings = EnvironmentSettings(os.environ, None).load()
    configure_logging(process, settings)
    return Container(settings=settings)

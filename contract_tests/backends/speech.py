"""Implementations of the ports around speech: speaking, recognising, screening."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from adapters.acoustic.screening import AcousticScreening
from adapters.captions.speech_to_text import CaptionsSpeechToText
from adapters.espeak.text_to_speech import EspeakTextToSpeech
from adapters.memory.clock import MemoryClock
from adapters.memory.screening import MemoryScreening
from adapters.memory.speech_to_text import MemorySpeechToText
from adapters.memory.text_to_speech import MemoryTextToSpeech
from adapters.simulation.carrier import SimulatedCarrier
from adapters.simulation.population import Answer, Role
from contract_tests.backends.backend import Backend
from contract_tests.backends.phone_world import IS_BUSY, LISTENS, NEVER_ANSWERS, SPEAKS, CarrierWorld
from ports.screening import Screening
from ports.speech_to_text import SpeechToText
from ports.text_to_speech import TextToSpeech


@asynccontextmanager
async def _memory_tts() -> AsyncIterator[TextToSpeech]:
    yield MemoryTextToSpeech()


@asynccontextmanager
async def _espeak_tts() -> AsyncIterator[TextToSpeech]:
    speech = EspeakTextToSpeech()
    await speech.open()
    try:
        yield speech
    finally:
        await speech.aclose()


@asynccontextmanager
async def _memory_stt() -> AsyncIterator[SpeechToText]:
    yield MemorySpeechToText()


@asynccontextmanager
async def _captions_stt() -> AsyncIterator[SpeechToText]:
    yield CaptionsSpeechToText()


@asynccontextmanager
async def _memory_screening() -> AsyncIterator[Screening]:
    yield MemoryScreening(MemoryClock())


@asynccontextmanager
async def _acoustic_screening() -> AsyncIterator[Screening]:
    yield AcousticScreening(MemoryClock())


@asynccontextmanager
async def _simulated_carrier() -> AsyncIterator[CarrierWorld]:
    clock = MemoryClock()
    overrides = {
        IS_BUSY: Role(answer=Answer.BUSY),
        LISTENS: Role(answer=Answer.SILENT),
        SPEAKS: Role(answer=Answer.HUMAN),
        NEVER_ANSWERS: Role(answer=Answer.NO_ANSWER),
    }
    speech, words = MemoryTextToSpeech(), MemorySpeechToText()
    yield CarrierWorld(
        carrier=SimulatedCarrier(clock, speech, words, seed=1, overrides=overrides, speed=100.0),
        clock=clock,
        busy=IS_BUSY,
        answers=LISTENS,
        speaks=SPEAKS,
        never_answers=NEVER_ANSWERS,
    )


BACKENDS: Mapping[str, Mapping[str, Backend]] = {
    "text_to_speech": {
        "memory": Backend(name="memory", open=_memory_tts),
        "espeak": Backend(name="espeak", open=_espeak_tts),
    },
    "speech_to_text": {
        "memory": Backend(name="memory", open=_memory_stt),
        "captions": Backend(name="captions", open=_captions_stt),
    },
    "carrier": {
        "simulation": Backend(name="simulation", open=_simulated_carrier, virtual=True),
    },
    "screening": {
        "memory": Backend(name="memory", open=_memory_screening, virtual=True),
        "acoustic": Backend(name="acoustic", open=_acoustic_screening, virtual=True),
    },
}

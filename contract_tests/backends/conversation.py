"""Engines of conversations."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module

from adapters.memory.conversation import MemoryConversation
from adapters.memory.language_model import FailingLanguageModel, MemoryLanguageModel
from adapters.memory.speech_to_text import MemorySpeechToText
from adapters.memory.text_to_speech import MemoryTextToSpeech
from adapters.system.clock import SystemClock
from contract_tests.backends.backend import Backend
from ports.conversation import Conversation
from ports.errors import Unavailable
from ports.language_model import LanguageModel


def failing_model() -> LanguageModel:
    return FailingLanguageModel(Unavailable("no answer"))


@asynccontextmanager
async def _memory(model: LanguageModel) -> AsyncIterator[Conversation]:
    yield MemoryConversation(MemorySpeechToText(), MemoryTextToSpeech(), model, SystemClock())


@asynccontextmanager
async def _pipecat(model: LanguageModel) -> AsyncIterator[Conversation]:
    engine = import_module("adapters.pipecat.conversation")  # three seconds, only when it is asked for
    yield engine.PipecatConversation(MemorySpeechToText(), MemoryTextToSpeech(), model, SystemClock())


BACKENDS: Mapping[str, Mapping[str, Backend]] = {
    "conversation": {
        "memory": Backend(name="memory", open=partial(_memory, MemoryLanguageModel())),
        "pipecat": Backend(name="pipecat", open=partial(_pipecat, MemoryLanguageModel())),
    },
    "conversation_with_failing_model": {
        "memory": Backend(name="memory", open=partial(_memory, failing_model())),
        "pipecat": Backend(name="pipecat", open=partial(_pipecat, failing_model())),
    },
}

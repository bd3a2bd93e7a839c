"""Language models."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module

from adapters.memory.language_model import FailingLanguageModel, MemoryLanguageModel
from contract_tests.backends.backend import Backend
from contract_tests.vendors.openai_wire import KEY, MODEL, openai_server
from ports.errors import Refused, Unavailable
from ports.language_model import LanguageModel


@asynccontextmanager
async def _memory(model: LanguageModel) -> AsyncIterator[LanguageModel]:
    yield model


@asynccontextmanager
async def _openai(*, key: str = KEY, silent: bool = False) -> AsyncIterator[LanguageModel]:
    technology = import_module("adapters.openai.language_model")  # two seconds, only when it is asked for
    async with openai_server(silent=silent) as base_url:
        model = technology.OpenAiLanguageModel(
            base_url=base_url, api_key=key, model=MODEL, time_limit=0.3 if silent else 5.0
        )
        try:
            yield model
        finally:
            await model.aclose()


BACKENDS: Mapping[str, Mapping[str, Backend]] = {
    "language_model": {
        "memory": Backend(name="memory", open=partial(_memory, MemoryLanguageModel())),
        "openai": Backend(name="openai", open=_openai),
    },
    "silent_language_model": {
        "memory": Backend(name="memory", open=partial(_memory, FailingLanguageModel(Unavailable("no answer")))),
        "openai": Backend(name="openai", open=partial(_openai, silent=True)),
    },
    "refusing_language_model": {
        "memory": Backend(name="memory", open=partial(_memory, FailingLanguageModel(Refused("will not")))),
        "openai": Backend(name="openai", open=partial(_openai, key="wrong")),
    },
}

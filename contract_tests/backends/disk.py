"""The backends of what Core and API keep on disk."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from adapters.directory.call_journal import DirectoryCallJournal
from adapters.directory.object_store import DirectoryObjectStore
from adapters.directory.result_outbox import DirectoryResultOutbox
from adapters.memory.call_journal import MemoryCallJournal
from adapters.memory.object_store import MemoryObjectStore
from adapters.memory.result_outbox import MemoryResultOutbox
from contract_tests.backends.backend import Backend


def _memory(make: Callable[[], Any]) -> Backend:
    @asynccontextmanager
    async def open_() -> AsyncIterator[Any]:
        yield make()

    return Backend(name="memory", open=open_)


def _directory(make: Callable[[Path], Any]) -> Backend:
    @asynccontextmanager
    async def open_() -> AsyncIterator[Any]:
        with TemporaryDirectory() as folder:
            yield make(Path(folder) / "data")

    return Backend(name="directory", open=open_)


BACKENDS: Mapping[str, Mapping[str, Backend]] = {
    "object_store": {"memory": _memory(MemoryObjectStore), "directory": _directory(DirectoryObjectStore)},
    "call_journal": {"memory": _memory(MemoryCallJournal), "directory": _directory(DirectoryCallJournal)},
    "result_outbox": {"memory": _memory(MemoryResultOutbox), "directory": _directory(DirectoryResultOutbox)},
}

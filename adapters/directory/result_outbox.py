"""Results on their way to the API as files, one a parcel."""

import asyncio
import heapq
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog

from adapters.directory.disk import file_name, make_folder, name_of, sweep, sync_folder, translated, write_temporary
from adapters.directory.parcel_file import Slip, UnreadableParcel, parcel_bytes, read_body, read_slip, slip_bytes
from domain.ids import CallId
from ports.errors import NotFound
from ports.result_outbox import Parcel, ResultOutbox

PARCEL: Final = ".parcel"
SLIP: Final = ".slip"
WHY: Final = ".why"

log = structlog.get_logger()


class DirectoryResultOutbox(ResultOutbox):
    """The folder is the truth: other processes may put parcels into it. What is due when is kept in memory.

    A parcel is synced before it is promised. How often it was tried is not: a power loss may forget a try.
    """

    def __init__(self, root: Path) -> None:
        self._root, self._parked, self._incoming = root, root / "parked", root / "incoming"
        self._index: dict[CallId, Slip] = {}
        self._alone = asyncio.Lock()
        with translated("folder of results"):
            make_folder(self._parked)
            make_folder(self._incoming)
            sweep(self._incoming)
            self._index = self._slips()

    async def put(self, call_id: CallId, body: bytes, *, at: datetime) -> None:
        with translated("parcel"):
            await asyncio.to_thread(self._store, call_id, parcel_bytes(body, due_at=at))

    async def due(self, *, at: datetime, limit: int) -> Sequence[Parcel]:
        async with self._known():
            ready = [(slip.due_at, call_id) for call_id, slip in self._index.items() if slip.due_at <= at]
            chosen = [call_id for _, call_id in heapq.nsmallest(limit, ready)]
            return await asyncio.to_thread(self._parcels, chosen)

    async def postpone(self, call_id: CallId, *, due_at: datetime) -> None:
        async with self._known():
            if call_id not in self._index:
                raise NotFound(f"no parcel of call {call_id}")
            slip = Slip(due_at=due_at, tries=self._index[call_id].tries + 1)
            self._index[call_id] = slip
            await asyncio.to_thread(self._file(call_id, SLIP).write_bytes, slip_bytes(slip))

    async def delivered(self, call_id: CallId) -> None:
        async with self._known():
            await asyncio.to_thread(self._remove, call_id)

    async def park(self, call_id: CallId, why: str) -> None:
        async with self._known():
            await asyncio.to_thread(self._set_aside, call_id, why)

    async def parked(self) -> Sequence[CallId]:
        with translated("parcel"):
            return await asyncio.to_thread(_calls_in, self._parked)

    async def waiting(self) -> int:
        async with self._known():
            return len(self._index)

    @asynccontextmanager
    async def _known(self) -> AsyncIterator[None]:
        """The index is what the folder holds, and nobody else here changes either."""
        async with self._alone:
            with translated("parcel"):
                self._index = await asyncio.to_thread(self._slips)
                yield

    def _slips(self) -> dict[CallId, Slip]:
        """Of all parcels in the folder; only those that the index does not know are read."""
        slips: dict[CallId, Slip] = {}
        for call_id in _calls_in(self._root):
            try:
                slip = self._index.get(call_id) or read_slip(self._file(call_id, PARCEL), self._file(call_id, SLIP))
            except FileNotFoundError:  # delivered or parked in the meantime
                continue
            except UnreadableParcel:
                log.error("parcel_unreadable", call_id=call_id)
                self._set_aside(call_id, "unreadable")
                continue
            slips[call_id] = slip
        return slips

    def _store(self, call_id: CallId, parcel: bytes) -> None:
        """Linking is atomic, and never replaces what is there."""
        if (self._parked / (file_name(call_id) + PARCEL)).exists():
            return
        temporary = write_temporary(self._incoming, parcel)
        with suppress(FileExistsError):
            self._file(call_id, PARCEL).hardlink_to(temporary)
        temporary.unlink()
        sync_folder(self._root)

    def _parcels(self, call_ids: Sequence[CallId]) -> list[Parcel]:
        parcels = []
        for call_id in call_ids:
            with suppress(FileNotFoundError):  # somebody delivered it in the meantime
                slip, body = self._index[call_id], read_body(self._file(call_id, PARCEL))
                parcels.append(Parcel(call_id=call_id, body=body, due_at=slip.due_at, tries=slip.tries))
        return parcels

    def _remove(self, call_id: CallId) -> None:
        self._file(call_id, SLIP).unlink(missing_ok=True)
        self._file(call_id, PARCEL).unlink(missing_ok=True)

    def _set_aside(self, call_id: CallId, why: str) -> None:
        parcel = self._file(call_id, PARCEL)
        if not parcel.exists():
            return
        (self._parked / (file_name(call_id) + WHY)).write_text(why, encoding="utf-8")
        parcel.replace(self._parked / parcel.name)
        sync_folder(self._parked)
        self._file(call_id, SLIP).unlink(missing_ok=True)

    def _file(self, call_id: CallId, kind: str) -> Path:
        return self._root / (file_name(call_id) + kind)


def _calls_in(folder: Path) -> list[CallId]:
    names = sorted(path.name for path in folder.iterdir() if path.name.endswith(PARCEL))
    return [CallId(name_of(name.removesuffix(PARCEL))) for name in names]

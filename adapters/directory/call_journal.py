"""Journals as folders: a header, a line for each thing that happened, and a file for each track of sound."""

import asyncio
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import structlog

from adapters.directory.disk import file_name, make_folder, translated
from adapters.directory.journal_writer import LINES, DirectoryJournalWriter, track_file
from domain.calls.audio import RATE
from domain.errors import InvalidValue
from domain.ids import CallId
from ports.call_journal import CallJournal, JournalEntry, JournalHeader, JournalRecord, JournalWriter, Track
from ports.errors import Unavailable
from ports.messages.decoders import decoder_of
from ports.messages.reader import read as fitted

HEADER: Final = "header.json"
NEW, DROPPED = ".new-", ".drop-"
SECOND: Final = 2 * RATE
"""Bytes of a second of one track."""

_read_entry: Final = decoder_of(JournalEntry).decode

log = structlog.get_logger()


class DirectoryCallJournal(CallJournal):
    """A folder a call. Names that begin with a dot are journals about to appear or to go."""

    def __init__(self, root: Path) -> None:
        self._root = root
        with translated("folder of journals"):
            make_folder(root)

    @asynccontextmanager
    async def open(self, header: JournalHeader) -> AsyncIterator[JournalWriter]:
        folder = self._folder(header.config.call_id)
        with translated("journal"):
            writer = await asyncio.to_thread(_begin, folder, header)
        try:
            yield writer
        finally:
            writer.close()

    async def sweep(self) -> None:
        with translated("journal"):
            await asyncio.to_thread(_sweep, self._root)

    async def unfinished(self) -> Sequence[CallId]:
        with translated("journal"):
            return await asyncio.to_thread(_oldest_first, self._root)

    async def read(self, call_id: CallId) -> JournalRecord:
        with translated("journal"):
            return await asyncio.to_thread(_read, self._folder(call_id))

    async def seconds(self, call_id: CallId) -> float:
        with translated("journal"):
            return await asyncio.to_thread(_length, self._folder(call_id)) / SECOND

    async def stereo(self, call_id: CallId) -> AsyncIterator[bytes]:
        folder = self._folder(call_id)
        with translated("journal"):
            length = await asyncio.to_thread(_length, folder)
        for at in range(0, length, SECOND):
            with translated("journal"):
                chunk = await asyncio.to_thread(_interleaved, folder, at, min(SECOND, length - at))
            yield chunk

    async def drop(self, call_id: CallId) -> None:
        with translated("journal"):
            await asyncio.to_thread(_drop, self._folder(call_id))

    def _folder(self, call_id: CallId) -> Path:
        return self._root / file_name(call_id)


def _begin(folder: Path, header: JournalHeader) -> DirectoryJournalWriter:
    """The folder appears by a rename, header and all: nobody ever finds a journal without its header."""
    if folder.exists():
        raise FileExistsError
    new = folder.with_name(f"{NEW}{secrets.token_hex(8)}")
    new.mkdir()
    (new / HEADER).write_bytes(msgspec.json.encode(header))
    try:
        new.rename(folder)
    except OSError:  # somebody else opened it in the meantime: a folder that is not empty is never replaced
        shutil.rmtree(new, ignore_errors=True)
        raise FileExistsError from None
    return DirectoryJournalWriter(folder)


def _sweep(root: Path) -> None:
    for folder in root.iterdir():
        if folder.name.startswith((NEW, DROPPED)):
            log.info("journal_swept", half=folder.name)
            shutil.rmtree(folder, ignore_errors=True)


def _oldest_first(root: Path) -> list[CallId]:
    opened = []
    for folder in root.iterdir():
        if folder.name.startswith("."):
            continue
        try:
            header = _header(folder)
        except (FileNotFoundError, Unavailable):
            log.warning("journal_unreadable", call_id=folder.name)
            continue
        opened.append((header.opened_at, header.config.call_id))
    return [call_id for _, call_id in sorted(opened)]


def _header(folder: Path) -> JournalHeader:
    try:
        return fitted((folder / HEADER).read_bytes(), JournalHeader)
    except InvalidValue as fault:
        fields = ", ".join(each.field for each in fault.faults)
        raise Unavailable(f"the journal's header cannot be read: {fields}") from None


def _read(folder: Path) -> JournalRecord:
    header, entries = _header(folder), []
    lines = (folder / LINES).read_bytes().split(b"\n") if (folder / LINES).exists() else []
    for line in filter(None, lines):
        try:
            entries.append(_read_entry(line))
        except (msgspec.DecodeError, UnicodeDecodeError):
            log.warning("journal_line_torn", call_id=folder.name)
    return JournalRecord(header=header, entries=tuple(entries))


def _length(folder: Path) -> int:
    """Bytes of the longer track, in whole samples."""
    if not folder.is_dir():
        raise FileNotFoundError
    paths = [folder / track_file(track) for track in Track]
    return max((path.stat().st_size for path in paths if path.exists()), default=0) // 2 * 2


def _interleaved(folder: Path, at: int, size: int) -> bytes:
    sides = [np.frombuffer(_part(folder / track_file(track), at, size), dtype="<i2") for track in Track]
    return np.column_stack(sides).tobytes()


def _part(path: Path, at: int, size: int) -> bytes:
    """`size` bytes from `at`; what the track does not have is silence."""
    if not path.exists():
        return bytes(size)
    with path.open("rb") as file:
        return os.pread(file.fileno(), size, at).ljust(size, b"\0")


def _drop(folder: Path) -> None:
    """Gone by a rename first, so that a half-dropped journal is never taken for a call's."""
    going = folder.with_name(f"{DROPPED}{secrets.token_hex(8)}")
    try:
        folder.rename(going)
    except FileNotFoundError:
        return
    shutil.rmtree(going, ignore_errors=True)

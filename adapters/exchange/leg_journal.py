"""The exchange's record of the legs it placed: one JSON line each, appended before the carrier is called."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from adapters.memory.leg_journal import REMEMBERED, LegEntry, LegJournal
from domain.ids import CallId
from ports.clock import Clock
from ports.errors import Unavailable
from ports.messages.decoders import decoder_of

_read_entry: Final = decoder_of(LegEntry).decode


class ExchangeLegJournal(LegJournal):
    """Call ids and states only, no numbers. A line is with the system before `append` returns: a crash of this process
    loses none. Opening it forgets calls that nothing was heard of for a day. One process at a time may have it open."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._entries: tuple[LegEntry, ...] = ()
        self._file = self._lock = -1
        self._torn = False

    def open(self) -> None:
        """Raises Unavailable when another process has it open, or the disk fails."""
        with _translated():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._entries = tuple(self._recent(_read(self._path)))
            self._rewrite()
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND)

    def close(self) -> None:
        for descriptor in (self._file, self._lock):
            if descriptor >= 0:
                os.close(descriptor)
        self._file = self._lock = -1

    def recall(self) -> Iterable[LegEntry]:
        return self._entries

    def append(self, entry: LegEntry) -> None:
        line = (b"\n" if self._torn else b"") + msgspec.json.encode(entry) + b"\n"
        with _translated():
            self._torn = os.write(self._file, line) < len(line)
        if self._torn:
            raise Unavailable("the legs' journal: the disk is full")

    def _recent(self, entries: list[LegEntry]) -> Iterator[LegEntry]:
        horizon = self._clock.now() - REMEMBERED
        heard_of: dict[CallId, bool] = {}
        for entry in entries:
            heard_of[entry.call_id] = heard_of.get(entry.call_id, False) or entry.at > horizon
        return (entry for entry in entries if heard_of[entry.call_id])

    def _rewrite(self) -> None:
        """Whole or not at all: a crash leaves the old file."""
        fresh = self._path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.writelines(msgspec.json.encode(entry) + b"\n" for entry in self._entries)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)


def _read(path: Path) -> list[LegEntry]:
    """A line that a crash cut short is none."""
    entries: list[LegEntry] = []
    if path.exists():
        for line in path.read_bytes().splitlines():
            try:
                entries.append(_read_entry(line))
            except msgspec.DecodeError:
                continue
    return entries


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(f"the legs' journal: {error.strerror}") from error

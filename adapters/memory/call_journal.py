"""The memory twin of journals."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from domain.calls.audio import RATE
from domain.ids import CallId
from ports.call_journal import CallJournal, JournalEntry, JournalHeader, JournalRecord, JournalWriter, Track
from ports.errors import NotFound, Stale, Unavailable

SECOND: Final = 2 * RATE


@dataclass(slots=True, kw_only=True)
class _Journal(JournalWriter):
    header: JournalHeader
    entries: list[JournalEntry] = field(default_factory=list)
    tracks: dict[Track, bytearray] = field(default_factory=lambda: {track: bytearray() for track in Track})
    is_open: bool = True

    def note(self, entry: JournalEntry) -> None:
        self._require_open()
        self.entries.append(entry)

    def sound(self, track: Track, at: float, pcm: bytes) -> None:
        self._require_open()
        offset, tape = round(at * RATE) * 2, self.tracks[track]
        kept, offset = pcm[max(0, -offset) :], max(0, offset)
        if kept:
            tape.extend(bytes(max(0, offset - len(tape))))
            tape[offset : offset + len(kept)] = kept

    def length(self) -> int:
        return max(len(tape) for tape in self.tracks.values()) // 2 * 2

    def _require_open(self) -> None:
        if not self.is_open:
            raise Unavailable("the journal is closed")


class MemoryCallJournal(CallJournal):
    """Journals in a dict."""

    def __init__(self) -> None:
        self._journals: dict[CallId, _Journal] = {}

    @asynccontextmanager
    async def open(self, header: JournalHeader) -> AsyncIterator[JournalWriter]:
        call_id = header.config.call_id
        if call_id in self._journals:
            raise Stale(f"call {call_id} has a journal")
        journal = self._journals[call_id] = _Journal(header=header)
        try:
            yield journal
        finally:
            journal.is_open = False

    async def sweep(self) -> None:
        """Nothing is ever half made in memory."""

    async def unfinished(self) -> Sequence[CallId]:
        return sorted(self._journals, key=lambda call_id: (self._journals[call_id].header.opened_at, call_id))

    async def read(self, call_id: CallId) -> JournalRecord:
        journal = self._journal(call_id)
        return JournalRecord(header=journal.header, entries=tuple(journal.entries))

    async def seconds(self, call_id: CallId) -> float:
        return self._journal(call_id).length() / SECOND

    async def stereo(self, call_id: CallId) -> AsyncIterator[bytes]:
        journal = self._journal(call_id)
        length = journal.length()
        for at in range(0, length, SECOND):
            size = min(SECOND, length - at)
            sides = [bytes(tape[at : at + size]).ljust(size, b"\0") for tape in journal.tracks.values()]
            yield b"".join(side[i : i + 2] for i in range(0, size, 2) for side in sides)

    async def drop(self, call_id: CallId) -> None:
        self._journals.pop(call_id, None)

    def _journal(self, call_id: CallId) -> _Journal:
        if call_id not in self._journals:
            raise NotFound(f"no journal of call {call_id}")
        return self._journals[call_id]

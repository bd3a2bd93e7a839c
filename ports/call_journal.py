"""What happens in a call, on disk as it happens, so that a process that dies takes no call's story with it."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.bots.runtime_config import RuntimeConfig
from domain.calls.transcript import Turn
from domain.ids import CallId


class Track(StrEnum):
    CALLEE = "callee"
    BOT = "bot"  # and whoever the call is transferred to, once the bot is gone


class Note(StrEnum):
    """What is noted beside turns and answers; what `name` and `value` hold stands behind each."""

    TALK = "talk"
    LEAVE_MESSAGE = "leave_message"
    SAFE_HARBOUR = "safe_harbour"
    NOTICE = "notice"
    ORDERED_END = "ordered_end"  # value: the reason
    MESSAGE_LEFT = "message_left"
    TRANSFER_ASKED = "transfer_asked"  # name: how; value: to whom
    TRANSFERRED = "transferred"
    TRANSFER_FAILED = "transfer_failed"  # value: the reason
    FALTERED = "faltered"  # value: the detail
    CALLEE_LEFT = "callee_left"
    LINE_OVER = "line_over"  # the room was gone, and the callee had not been seen to leave it
    TIMED_OUT = "timed_out"
    FAILED = "failed"  # value: the detail
    ENDED = "ended"  # name: by whom; value: the disposition


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One thing that happened: a turn, an answer collected (`name`, `value`), or a note."""

    at: datetime
    note: str = ""
    turn: Turn | None = None
    name: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalHeader:
    """Who the call is. `opened_at` is when its Core joined; the tracks' clock starts there."""

    config: RuntimeConfig
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRecord:
    """A journal as it can be read back: whole lines only, whatever was cut off at the end."""

    header: JournalHeader
    entries: tuple[JournalEntry, ...]


class JournalWriter(Protocol):
    """One call's open journal."""

    @abstractmethod
    def note(self, entry: JournalEntry) -> None:
        """Appended, and with the operating system when this returns: a killed process loses nothing noted."""

    @abstractmethod
    def sound(self, track: Track, at: float, pcm: bytes) -> None:
        """PCM that began at `at` seconds of the journal's clock; gaps are silence. With the operating system within
        half a second."""


class CallJournal(Protocol):
    """The journals of one Core."""

    @abstractmethod
    def open(self, header: JournalHeader) -> AbstractAsyncContextManager[JournalWriter]:
        """A new journal. Raises Stale when the call has one."""

    @abstractmethod
    async def sweep(self) -> None:
        """Take away what whoever died left half made or half dropped. At a Core's start: while nobody opens or drops
        any. Journals stay."""

    @abstractmethod
    async def unfinished(self) -> Sequence[CallId]:
        """Calls whose journals have not been dropped, oldest first."""

    @abstractmethod
    async def read(self, call_id: CallId) -> JournalRecord:
        """Raises NotFound."""

    @abstractmethod
    async def seconds(self, call_id: CallId) -> float:
        """Length of the longer track; 0 when nothing was heard or said."""

    @abstractmethod
    def stereo(self, call_id: CallId) -> AsyncIterator[bytes]:
        """Both tracks side by side as 16-bit PCM, callee left and bot right, as long as `seconds` says."""

    @abstractmethod
    async def drop(self, call_id: CallId) -> None:
        """The result is safe elsewhere. Nothing when there is none."""

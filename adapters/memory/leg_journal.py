"""What happened to legs, on record before it happens, so that nobody redials in doubt."""

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from domain.ids import CallId
from ports.telephony import LegEvent

REMEMBERED: Final = timedelta(hours=24)
"""How long a leg that is over can be asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEntry:
    """One line: the intent to place a leg where `event` is None, or what became of it."""

    call_id: CallId
    at: datetime
    event: LegEvent | None = None


class LegJournal(Protocol):
    """Entries in the order in which they were written."""

    @abstractmethod
    def recall(self) -> Iterable[LegEntry]: ...

    @abstractmethod
    def append(self, entry: LegEntry) -> None:
        """On record when it returns: no crash of the process takes it back. Raises Unavailable."""


class MemoryLegJournal(LegJournal):
    """As long as the object lives, which may be longer than a telephony's."""

    def __init__(self) -> None:
        self._entries: list[LegEntry] = []

    def recall(self) -> Iterable[LegEntry]:
        return tuple(self._entries)

    def append(self, entry: LegEntry) -> None:
        self._entries.append(entry)

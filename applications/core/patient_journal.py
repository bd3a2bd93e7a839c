"""A journal that a full disk does not take out of a call: what cannot be written now waits, and the call goes on."""

from collections import deque
from typing import Final

import structlog

from ports.call_journal import JournalEntry, JournalWriter, Track
from ports.clock import Clock
from ports.errors import PortError

PAUSE: Final = 1.0

log = structlog.get_logger()


class PatientJournal(JournalWriter):
    """Never raises. Notes are kept in order until they are written; sound that cannot be written is lost."""

    def __init__(self, journal: JournalWriter, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._unwritten: deque[JournalEntry] = deque()
        self._silent = False

    def note(self, entry: JournalEntry) -> None:
        self._unwritten.append(entry)
        self.settled()

    def sound(self, track: Track, at: float, pcm: bytes) -> None:
        try:
            self._journal.sound(track, at, pcm)
        except PortError as error:
            if not self._silent:
                log.warning("sound_not_recorded", error=type(error).__name__)
            self._silent = True
        else:
            self._silent = False

    async def settle(self) -> None:
        """Returns when all notes are written."""
        while not self.settled():
            await self._clock.sleep(PAUSE)

    def settled(self) -> bool:
        """Whether all notes are written, once those that are not have been tried again."""
        try:
            while self._unwritten:
                self._journal.note(self._unwritten[0])
                self._unwritten.popleft()
        except PortError as error:
            log.warning("note_not_written", waiting=len(self._unwritten), error=type(error).__name__)
            return False
        return True

"""One call's open journal on disk."""

import os
from pathlib import Path
from typing import Final

import msgspec

from adapters.directory.disk import translated
from domain.calls.audio import RATE
from ports.call_journal import JournalEntry, JournalWriter, Track

LINES: Final = "journal.ndjson"
CLOSED: Final = -1


def track_file(track: Track) -> str:
    return f"{track.value}.pcm"


class DirectoryJournalWriter(JournalWriter):
    """Every write goes to the operating system at once: a frame costs microseconds, and nothing is left to flush
    when a process is killed, or when a track falls silent."""

    def __init__(self, folder: Path) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC
        self._lines = os.open(folder / LINES, flags | os.O_APPEND, 0o600)
        self._tracks = {track: os.open(folder / track_file(track), flags, 0o600) for track in Track}
        self._torn = False

    def note(self, entry: JournalEntry) -> None:
        line = msgspec.json.encode(entry) + b"\n"
        if self._torn:  # a disk that was full took the end of the last line: this one must not be lost with it
            line = b"\n" + line
        self._torn = True
        with translated("journal"):
            while line:
                line = line[os.write(self._lines, line) :]
        self._torn = False

    def sound(self, track: Track, at: float, pcm: bytes) -> None:
        """The part before the journal's clock began is left out."""
        offset = round(at * RATE) * 2
        kept, offset = pcm[max(0, -offset) :], max(0, offset)
        with translated("journal"):
            while kept:
                written = os.pwrite(self._tracks[track], kept, offset)
                kept, offset = kept[written:], offset + written

    def close(self) -> None:
        """Twice is once; what is written afterwards raises Unavailable."""
        for descriptor in (self._lines, *self._tracks.values()):
            if descriptor != CLOSED:
                os.close(descriptor)
        self._lines = CLOSED
        self._tracks = dict.fromkeys(Track, CLOSED)

"""Turning speech into text, as it is spoken."""

from abc import abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from domain.calls.audio import AudioFrame
from domain.calls.transcript import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What was understood. Interim ones replace each other; a final one stands and begins anew.

    Word times are in seconds of the audio heard since the recognition was opened.
    """

    text: str
    final: bool
    words: tuple[Word, ...]

    def later(self, seconds: float) -> "Recognised":
        """The same, for a recognition that was opened so many seconds into the audio."""
        words = (replace(word, start=word.start + seconds, end=word.end + seconds) for word in self.words)
        return replace(self, words=tuple(words))


class Recognition(Protocol):
    """One party's speech being recognised. It hears all of the time, silence included."""

    @abstractmethod
    def hear(self, frame: AudioFrame) -> None:
        """The next audio, of any length, without gaps."""

    @abstractmethod
    def results(self) -> AsyncIterator[Recognised]:
        """For one reader. A final one comes once its words are followed by enough silence. Ends with the recognition;
        raises Unavailable when the far side fails."""


class SpeechToText(Protocol):
    """A recogniser."""

    @abstractmethod
    def open(self, *, language: str, seed: str) -> AbstractAsyncContextManager[Recognition]:
        """`seed` names the party, so that a recogniser with chance in it repeats itself for the same call."""

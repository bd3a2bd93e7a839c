"""Turning text into speech."""

from abc import abstractmethod
from collections.abc import AsyncIterator
from typing import Protocol

from domain.calls.audio import AudioFrame


class TextToSpeech(Protocol):
    """Faster than real time; the link does the pacing."""

    @abstractmethod
    def speak(self, text: str, *, voice: str) -> AsyncIterator[AudioFrame]:
        """20 ms frames at the house rate, the last one filled up with silence, with a mark at the end of each word
        where the speaker knows it. Raises Refused for a voice that there is not, Unavailable when it fails."""

"""Recognition that never errs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from domain.calls.audio import AudioFrame
from domain.calls.transcript import Word
from ports.speech_to_text import Recognised, Recognition, SpeechToText

FINAL_AFTER: Final = 0.4


class MemorySpeechToText(SpeechToText):
    """Hears every word that is marked in sounding audio, and nothing else."""

    @asynccontextmanager
    async def open(self, *, language: str, seed: str) -> AsyncIterator[Recognition]:  # noqa: ARG002  # no chance in it
        recognition = MemoryRecognition()
        try:
            yield recognition
        finally:
            recognition.told.put_nowait(None)


class MemoryRecognition(Recognition):
    """Silence is zeros, and only zeros."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[Recognised | None] = asyncio.Queue()
        self._said: tuple[Word, ...] = ()
        self._heard = 0.0
        self._sounded = 0.0

    def hear(self, frame: AudioFrame) -> None:
        self._heard += frame.seconds
        if frame.pcm.count(0) < len(frame.pcm):
            self._sounded = self._heard
            self._hear_words(frame)
        elif self._said and self._heard - self._sounded >= FINAL_AFTER - 1e-6:
            self._tell(final=True)
            self._said = ()

    async def results(self) -> AsyncIterator[Recognised]:
        while (result := await self.told.get()) is not None:
            yield result

    def _hear_words(self, frame: AudioFrame) -> None:
        for mark in frame.marks:
            word = Word(text=mark.word, start=max(0.0, self._heard - mark.seconds), end=self._heard)
            self._said = (*self._said, word)
        if frame.marks:
            self._tell(final=False)

    def _tell(self, *, final: bool) -> None:
        text = " ".join(word.text for word in self._said)
        self.told.put_nowait(Recognised(text=text, final=final, words=self._said))

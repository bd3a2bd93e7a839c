"""Recognition that reads the words marked in the audio: a real stream of results, and no model."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Final

from domain.calls.audio import AudioFrame, Mark
from domain.calls.transcript import Word
from ports.speech_to_text import Recognised, Recognition, SpeechToText

QUIET: Final = 100
"""The loudest sample of silence."""

MISHEARD: Final = ("a", "and", "in", "it", "no", "on", "so", "that", "the", "to", "uh", "you")
DROPPED: Final = 0.4
"""The share of errors that lose a word; the others take it for another."""


class CaptionsSpeechToText(SpeechToText):
    """`error_rate` is the share of words misheard, `final_after` the silence in seconds that makes words final."""

    def __init__(self, *, error_rate: float = 0.0, final_after: float = 0.4) -> None:
        self._error_rate = error_rate
        self._final_after = final_after

    @asynccontextmanager
    async def open(self, *, language: str, seed: str) -> AsyncIterator[Recognition]:  # noqa: ARG002  # words are words
        recognition = CaptionsRecognition(seed=seed, error_rate=self._error_rate, final_after=self._final_after)
        try:
            yield recognition
        finally:
            recognition.end()


class CaptionsRecognition(Recognition):
    """Time is the audio heard, never a clock: what is cut or muted is not heard."""

    def __init__(self, *, seed: str, error_rate: float, final_after: float) -> None:
        self._seed = seed
        self._error_rate = error_rate
        self._final_after = final_after
        self._results: asyncio.Queue[Recognised | None] = asyncio.Queue()
        self._words: list[Word] = []
        self._heard = 0.0
        self._silent = 0.0
        self._marks = 0

    def hear(self, frame: AudioFrame) -> None:
        self._heard += frame.seconds
        silent = is_silent(frame)
        if frame.marks and not silent:  # muted audio has no words
            self._understand(frame.marks)
        self._silent = self._silent + frame.seconds if silent else 0.0
        if self._words and self._silent >= self._final_after:
            self._tell(final=True)
            self._words.clear()

    async def results(self) -> AsyncIterator[Recognised]:
        while (result := await self._results.get()) is not None:
            yield result

    def end(self) -> None:
        self._results.put_nowait(None)

    def _understand(self, marks: tuple[Mark, ...]) -> None:
        before = len(self._words)
        for mark in marks:
            self._marks += 1
            if (text := self._recognised(mark.word)) is not None:
                start = max(0.0, self._heard - mark.seconds)
                self._words.append(Word(text=text, start=round(start, 3), end=round(self._heard, 3)))
        if len(self._words) > before:
            self._tell(final=False)

    def _recognised(self, word: str) -> str | None:
        """The word, another one, or none: chance depends on the party, the word and its place, so it repeats."""
        chance = Random(f"{self._seed}/{self._marks}/{word}")  # noqa: S311  # simulated errors
        if chance.random() >= self._error_rate:
            return word
        return None if chance.random() < DROPPED else chance.choice(MISHEARD)

    def _tell(self, *, final: bool) -> None:
        words = tuple(self._words)
        text = " ".join(word.text for word in words)
        self._results.put_nowait(Recognised(text=text, final=final, words=words))


def is_silent(frame: AudioFrame) -> bool:
    """Whether no sample is louder than breath."""
    if not frame.pcm or frame.pcm.count(0) == len(frame.pcm):
        return True
    samples = memoryview(frame.pcm).cast("h")
    return max(samples) <= QUIET and min(samples) >= -QUIET

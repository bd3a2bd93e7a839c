"""How a simulated callee hears: words only as its recogniser understood them, and when it has become quiet."""

import asyncio
from contextlib import suppress
from typing import Final

from domain.calls.audio import RATE, AudioFrame
from ports.audio_links import AudioLink, Heard
from ports.clock import Clock
from ports.errors import Unavailable
from ports.speech_to_text import Recognition

HUSH: Final = 0.45
"""Seconds without sound after which the recogniser is given the silence, which no frame carries."""

STEP: Final = 0.15
SHORTEST_WAIT: Final = 0.005
"""So that what is left after subtracting one clock's times from another's is never too small to pass."""

LONGEST_SILENCE: Final = 1.0
"""More than this at a time tells a recogniser nothing new."""

SOUNDING: Final = 100


class Ears:
    """`listen`, `understand` and `notice_silence` run side by side while the call lasts."""

    def __init__(self, link: AudioLink, recognition: Recognition, clock: Clock) -> None:
        self._link = link
        self._recognition = recognition
        self._clock = clock
        self._fed_until = self._sounded_until = link.clock()
        self._understood: list[str] = []
        self._words = 0
        self._unfinished = asyncio.Event()
        self._news = asyncio.Event()

    async def listen(self) -> None:
        """Until the room is closed."""
        async for event in self._link.events():
            if isinstance(event, Heard):
                self._hear(event)

    async def understand(self) -> None:
        with suppress(Unavailable):  # a callee may go deaf: it will lose its patience
            async for result in self._recognition.results():
                if result.final:
                    self._understood.append(result.text)
                    self._unfinished.clear()
                    self._words = 0
                else:
                    self._words = len(result.words)
                    self._unfinished.set()
                self._news.set()

    async def notice_silence(self) -> None:
        while True:
            await self._unfinished.wait()
            await self._clock.sleep(max(STEP, HUSH - self.quiet))
            if self.quiet >= HUSH:
                self._feed_silence(self._link.clock())

    @property
    def quiet(self) -> float:
        """Seconds since there was any sound."""
        return self._link.clock() - self._sounded_until

    async def turn(self, *, pause: float, within: float) -> str | None:
        """What was said, once it has been quiet for `pause`; None when nothing is, and it stays quiet for `within`."""
        began = self._link.clock()
        while not self._understood or self.quiet < pause:
            left = pause - self.quiet if self._understood else within - self._quiet_since(began)
            if left <= 0:
                return None
            await self._wait_for_news(left)
        said = " ".join(self._understood)
        self._understood.clear()
        return said

    async def words(self, count: int, *, within: float) -> bool:
        """True in the middle of a turn, when `count` words of it were heard; False when it ends sooner."""
        began = self._link.clock()
        while self._words < count:
            left = within - self._quiet_since(began)
            if self._understood or left <= 0:
                return False
            await self._wait_for_news(left)
        return True

    def _quiet_since(self, began: float) -> float:
        return min(self.quiet, self._link.clock() - began)

    async def _wait_for_news(self, seconds: float) -> None:
        self._news.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(max(seconds, SHORTEST_WAIT)):
                await self._news.wait()

    def _hear(self, heard: Heard) -> None:
        self._feed_silence(heard.at)
        self._recognition.hear(heard.frame)
        self._fed_until = max(self._fed_until, heard.at + heard.frame.seconds)
        if is_sounding(heard.frame):
            self._sounded_until = self._fed_until

    def _feed_silence(self, until: float) -> None:
        samples = int(min(until - self._fed_until, LONGEST_SILENCE) * RATE)
        if samples > 0:
            self._recognition.hear(AudioFrame(pcm=bytes(2 * samples)))
            self._fed_until = until


def is_sounding(frame: AudioFrame) -> bool:
    samples = memoryview(frame.pcm).cast("h")
    return bool(samples) and max(samples) > SOUNDING

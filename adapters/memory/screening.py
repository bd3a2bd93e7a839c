"""Screening by counting frames: the same rules as by ear, without arithmetic on sound."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from itertools import pairwise
from typing import Final

from domain.calls.audio import SILENCE
from domain.calls.room import CALLEE
from domain.campaigns.attempt import Verdict
from ports.audio_links import Heard, Left, LinkEvent
from ports.clock import Clock
from ports.screening import Screening, ScreeningSession

TICK: Final = 0.1
PAUSE: Final = 0.5
HELLO: Final = 1.8
GREETING: Final = 2.3
BREATHING: Final = 2.8
"""A greeting's length with the breaths in it."""

NOBODY: Final = 3.0
LATEST: Final = 4.0
BEEP: Final = 0.15
AFTER_BEEP: Final = 0.06
BEEP_CROSSINGS: Final = range(16, 81)
"""Zero crossings in 20 ms of a tone of 400 to 2000 Hz."""


class MemoryScreening(Screening):
    """Looks at its counters every tenth of a second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    @asynccontextmanager
    async def listen(self, events: AsyncIterator[LinkEvent]) -> AsyncIterator[ScreeningSession]:
        session = MemoryScreeningSession(self._clock)
        try:
            async with asyncio.TaskGroup() as tasks:
                hearing = tasks.create_task(session.hear(events))
                deciding = tasks.create_task(session.decide())
                try:
                    yield session
                finally:
                    hearing.cancel()
                    deciding.cancel()
        except BaseExceptionGroup as failed:
            raise failed.exceptions[0] from None  # as it was, for whoever listens


class MemoryScreeningSession(ScreeningSession):
    """`_first` and `_speech` are seconds of sound: of the first utterance, and of the one going on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = clock.monotonic()
        self._latest = self._began + LATEST
        self._first: float | None = None
        self._speech = 0.0
        self._speech_from = self._spoke_at = self._began
        self._tone = 0.0
        self._toned_at = self._began
        self._gone = False
        self._verdict: Verdict | None = None
        self._settled = asyncio.Event()
        self._beeped = asyncio.Event()

    async def verdict(self) -> Verdict:
        await self._settled.wait()
        return self._verdict or Verdict.UNSURE

    async def beep(self, timeout: float) -> bool:
        try:
            async with asyncio.timeout(timeout):
                await self._beeped.wait()
                while not self._gone and (rest := self._toned_at + AFTER_BEEP - self._clock.monotonic()) > 0:
                    await self._clock.sleep(rest)
        except TimeoutError:
            return False
        return not self._gone

    async def hear(self, events: AsyncIterator[LinkEvent]) -> None:
        async for event in events:
            if event == Left(party=CALLEE, at=event.at):
                break
            if isinstance(event, Heard) and event.party == CALLEE and event.frame.pcm.strip(b"\0"):
                self._hear_sound(event)
        self._gone = True
        self._beeped.set()
        self._settle(Verdict.UNSURE if self._speech else Verdict.SILENCE)

    async def decide(self) -> None:
        while self._verdict is None:
            await self._clock.sleep(min(TICK, self._latest - self._clock.monotonic()))
            if (verdict := self._judged(self._clock.monotonic())) is not None:
                self._settle(verdict)

    def _hear_sound(self, heard: Heard) -> None:
        now = self._clock.monotonic()
        if now - self._spoke_at >= PAUSE and self._speech:
            self._first = self._first or self._speech
            self._speech = 0.0
        if not self._speech:
            self._speech_from = now
        self._speech += heard.frame.seconds
        self._spoke_at = now + heard.frame.seconds
        self._tone = self._tone + heard.frame.seconds if is_beep(heard.frame.pcm) else 0.0
        if self._tone >= BEEP:
            self._toned_at = self._spoke_at
            self._beeped.set()
        if self._tone >= BEEP or self._speech > GREETING or self._spoke_at - self._speech_from > BREATHING:
            self._settle(Verdict.MACHINE)

    def _judged(self, now: float) -> Verdict | None:
        if not self._speech:
            return Verdict.SILENCE if now >= self._began + NOBODY else None
        if self._first is None and self._speech <= HELLO and now >= self._spoke_at + PAUSE:
            return Verdict.HUMAN
        return Verdict.UNSURE if now >= self._latest else None

    def _settle(self, verdict: Verdict) -> None:
        self._verdict = self._verdict or verdict
        self._settled.set()


@lru_cache(maxsize=256)
def is_beep(pcm: bytes) -> bool:
    """Whether the sound crosses zero at even distances, as often as a beep does. Frames repeat in memory."""
    if len(pcm) != len(SILENCE):
        return False
    samples = memoryview(pcm).cast("h")
    crossings = [n for n in range(1, len(samples)) if (samples[n - 1] < 0) != (samples[n] < 0)]
    gaps = [later - earlier for earlier, later in pairwise(crossings)]
    return len(crossings) in BEEP_CROSSINGS and max(gaps) - min(gaps) <= 2

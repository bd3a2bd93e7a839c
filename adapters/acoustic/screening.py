"""Screening by ear: the timing of voice, and the beep."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.acoustic.judgement import Judgement, Limits
from domain.calls.room import CALLEE
from domain.campaigns.attempt import Verdict
from ports.audio_links import Heard, Left, LinkEvent
from ports.clock import Clock
from ports.screening import Screening, ScreeningSession


class AcousticScreening(Screening):
    """A first verdict after the fashion of Asterisk's AMD: no words, no model, 0.1 ms a frame."""

    def __init__(self, clock: Clock, limits: Limits | None = None) -> None:
        self._clock = clock
        self._limits = limits or Limits()

    @asynccontextmanager
    async def listen(self, events: AsyncIterator[LinkEvent]) -> AsyncIterator[ScreeningSession]:
        session = AcousticScreeningSession(self._clock, self._limits)
        try:
            async with asyncio.TaskGroup() as tasks:
                running = [tasks.create_task(session.hear(events)), tasks.create_task(session.watch())]
                try:
                    yield session
                finally:
                    for task in running:
                        task.cancel()
        except BaseExceptionGroup as failed:
            raise failed.exceptions[0] from None  # as it was, for whoever listens


class AcousticScreeningSession(ScreeningSession):
    def __init__(self, clock: Clock, limits: Limits) -> None:
        self._clock = clock
        self._limits = limits
        self._judgement = Judgement(limits, clock.monotonic())
        self._decided = asyncio.Event()
        self._beeping = asyncio.Event()
        self._over = False

    async def verdict(self) -> Verdict:
        await self._decided.wait()
        return self._judgement.verdict or Verdict.UNSURE

    async def beep(self, timeout: float) -> bool:
        try:
            async with asyncio.timeout(timeout):
                await self._beeping.wait()
                return self._judgement.beeping and await self._beep_over()
        except TimeoutError:
            return False

    async def hear(self, events: AsyncIterator[LinkEvent]) -> None:
        """Follow the callee until it leaves or the events end."""
        async for event in events:
            if isinstance(event, Left) and event.party == CALLEE:
                break
            if isinstance(event, Heard) and event.party == CALLEE:
                self._judgement.hear(event.frame, at=event.at, heard_at=self._clock.monotonic())
                self._tell()
        self._over = True
        self._judgement.end()
        self._decided.set()
        self._beeping.set()

    async def watch(self) -> None:
        """Notice silence, of which no frame tells.

        A sound only ever brings a verdict a whole pause later, so that naps of a pause miss none.
        """
        while self._judgement.ask(now := self._clock.monotonic()) is None:
            await self._clock.sleep(min(self._judgement.next_due() - now, self._limits.pause))
        self._decided.set()

    def _tell(self) -> None:
        if self._judgement.verdict is not None:
            self._decided.set()
        if self._judgement.beeping:
            self._beeping.set()

    async def _beep_over(self) -> bool:
        """Wait for the end of the tone; False when the callee went away with it."""
        end = self._judgement.tone_heard_at + self._limits.after_beep
        while not self._over and (wait := end - self._clock.monotonic()) > 0:
            await self._clock.sleep(wait)
            end = self._judgement.tone_heard_at + self._limits.after_beep
        return not self._over

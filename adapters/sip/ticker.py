"""The one clock that moves the sound of all calls."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from adapters.sip.ends import AUDIO_FAILED
from adapters.sip.line import Line
from domain.calls.audio import FRAME_SECONDS
from ports.clock import Clock

LATEST: Final = 0.1
"""Seconds of ticks that are made up for after a standstill."""

log = structlog.get_logger()


class Ticker:
    """Rests while there is no call."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: dict[Line, None] = {}
        self._busy = asyncio.Event()

    @contextmanager
    def moving(self, line: Line) -> Iterator[None]:
        self._lines[line] = None
        self._busy.set()
        try:
            yield
        finally:
            self._lines.pop(line, None)

    async def run(self) -> None:
        due = self._clock.monotonic()
        while True:
            await self._rest()
            self._move_all()
            due = max(due + FRAME_SECONDS, self._clock.monotonic() - LATEST)
            await self._clock.sleep(due - self._clock.monotonic())

    async def _rest(self) -> None:
        if not self._lines:
            self._busy.clear()
            await self._busy.wait()

    def _move_all(self) -> None:
        for line in tuple(self._lines):
            self._move(line)

    def _move(self, line: Line) -> None:
        try:
            line.tick()
        except Exception:  # one call's sound must not stop that of the others
            log.exception("sip_audio_failed")
            self._lines.pop(line, None)
            line.call.fail(AUDIO_FAILED)

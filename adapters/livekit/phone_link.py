"""A phone leg's place in a room of LiveKit, as the carrier that brings it in sees it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from adapters.livekit.keys import PATIENCE
from adapters.livekit.mouth import Mouth
from adapters.pacing.ear import Ear
from domain.calls.audio import AudioFrame
from ports.audio_links import AudioLink, LinkEvent
from ports.clock import Clock
from ports.errors import Unavailable

PHONE: Final = "phone"
"""What a leg is called in what is told of it."""


class PhoneLink(AudioLink):
    """Hears everybody who lets it. Leaving it is the carrier's word that it is done: the leg is taken out of the room
    by whoever put it there."""

    def __init__(
        self, mouth: Mouth, ear: Ear, clock: Clock, opened: float, press: Callable[[str], Awaitable[None]]
    ) -> None:
        self.party = PHONE
        self._mouth = mouth
        self._ear = ear
        self._clock = clock
        self._opened = opened
        self._press = press

    def events(self) -> AsyncIterator[LinkEvent]:
        return self._ear

    async def speak(self, frame: AudioFrame) -> float:
        self._require_open()
        at = self._mouth.place(self.clock(), frame)
        await self._mouth.play(frame)
        await self._clock.sleep(self._mouth.wait(self.clock()))
        return at

    def flush(self) -> None:
        if not self._ear.over:
            self._mouth.cut(self.clock())

    async def press(self, digit: str) -> None:
        self._require_open()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._press(digit)
        except TimeoutError:
            raise Unavailable("LiveKit did not take the key") from None

    def clock(self) -> float:
        return self._clock.monotonic() - self._opened

    async def leave(self) -> None:
        self.flush()
        self._ear.deafen()

    def _require_open(self) -> None:
        if self._ear.over:
            raise Unavailable("this link is over")

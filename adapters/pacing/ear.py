"""What one reader has still to hear: a bounded queue that drops the oldest sound and never blocks a speaker."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Final, Protocol

from ports.audio_links import Heard, LinkEvent

EAR_LIMIT: Final = 500
"""Events that wait for a reader: five seconds of two talkers."""


class Listener(Protocol):
    """Where a party's events go; must not wait."""

    def hear(self, event: LinkEvent) -> None: ...

    def end(self) -> None: ...


class Ear(Listener, AsyncIterator[LinkEvent]):
    """One reader's events. `dropped` counts those it was too slow for."""

    def __init__(self, limit: int = EAR_LIMIT) -> None:
        self._limit = limit
        self._waiting: deque[LinkEvent] = deque()
        self._reader: asyncio.Future[None] | None = None
        self.over = False
        self.dropped = 0

    def hear(self, event: LinkEvent) -> None:
        if self.over:
            return
        self._waiting.append(event)
        if len(self._waiting) > self._limit:
            self._drop_oldest()
        self._wake()

    def end(self) -> None:
        """What waits can still be read; nothing more comes."""
        self.over = True
        self._wake()

    def deafen(self) -> None:
        """Nothing can be read any more."""
        self._waiting.clear()
        self.end()

    async def __anext__(self) -> LinkEvent:
        while not self._waiting:
            if self.over:
                raise StopAsyncIteration
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        return self._waiting.popleft()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def _drop_oldest(self) -> None:
        """Sound goes first: who came, left and pressed is worth more."""
        self.dropped += 1
        for place, event in enumerate(self._waiting):
            if isinstance(event, Heard):
                del self._waiting[place]
                return
        self._waiting.popleft()

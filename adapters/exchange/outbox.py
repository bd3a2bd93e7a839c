"""Packets on their way out: those of a few milliseconds go as one message, and the oldest sound is dropped when
the far side is too slow."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from ports.clock import Clock

GATHER: Final = 0.004
"""Seconds between two messages. The first packet after a pause goes at once; later ones wait this long at most."""

MOST_PACKETS: Final = 2000
"""Two seconds of twenty calls, both ways."""

MESSAGE_BYTES: Final = 256 * 1024


class Outbox:
    """One connection's packets, in order. `dropped` counts frames that the far side was too slow for."""

    def __init__(self, send: Callable[[bytes], Awaitable[None]], clock: Clock) -> None:
        self._send = send
        self._clock = clock
        self._waiting: deque[tuple[bytes, bool]] = deque()
        self._filled = asyncio.Event()
        self.dropped = 0

    def put(self, packet: bytes, *, sound: bool = False) -> None:
        self._waiting.append((packet, sound))
        self._filled.set()
        if len(self._waiting) > MOST_PACKETS:
            self._drop_oldest()

    async def run(self) -> None:
        """Sends until it is cancelled or sending fails."""
        while True:
            await self._filled.wait()
            await self._send(self._batch())
            await self._clock.sleep(GATHER)

    def _batch(self) -> bytes:
        packets: list[bytes] = []
        size = 0
        while self._waiting and size < MESSAGE_BYTES:
            packet, _ = self._waiting.popleft()
            packets.append(packet)
            size += len(packet)
        if not self._waiting:
            self._filled.clear()
        return b"".join(packets)

    def _drop_oldest(self) -> None:
        self.dropped += 1
        for place, (_, sound) in enumerate(self._waiting):
            if sound:
                del self._waiting[place]
                return
        self._waiting.popleft()

"""One party's track as it comes in: frames in their places on the room's clock, and its keys behind its sound."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from livekit import rtc

from adapters.livekit.gate import SilenceGate
from adapters.livekit.jitter_buffer import JitterBuffer
from adapters.livekit.pulse import Pulse
from adapters.pacing.ear import Listener
from domain.calls.audio import FRAME_SECONDS, RATE, AudioFrame
from ports.audio_links import Heard, Pressed

SENT_AFTER: Final = 0.0165
"""Seconds from when sound was spoken until it was sent, as far as the jitter buffer's own count leaves them out: half a
packet of Opus, and its look-ahead of 6.5 ms (RFC 6716, section 2)."""

BY_PHONE: Final = 2 * FRAME_SECONDS
"""Seconds more where it came by telephone: the phone, too, sends a frame when it is over, and whatever brings RTP into
a room holds it back for a frame at the least. What LiveKit's own SIP service holds beyond that nobody tells."""

LOOK_EVERY: Final = 25
"""Frames from one look at the jitter buffer to the next: what has changed meanwhile is a recording's error."""

AT_FIRST: Final = 5
"""While the buffer finds out how much it has to hold: in the first second."""

HELD_FRAMES: Final = 15
"""Frames of a track for which a key waits: a key comes by another way and does not stand in the sound's jitter buffer,
which holds 20 to 60 ms on a quiet path and seldom more than 200."""


HELD_SECONDS: Final = 1.0
"""The longest that a key waits, should the track stand still."""


class Voice:
    """What one party says, told to the listener. `run` until the track is over. It is told where it came out of the
    jitter buffer, with when it was spoken beside that, as far as this is known."""

    def __init__(
        self, party: str, track: rtc.Track, listener: Listener, now: Callable[[], float], *, phone: bool = False
    ) -> None:
        self.party = party
        self._sent_after = SENT_AFTER + (BY_PHONE if phone else 0.0)
        self._listener = listener
        self._now = now
        self._gate = SilenceGate()
        self._pulse = Pulse()
        self._buffer = JitterBuffer(track)
        self._keys: deque[tuple[int, Pressed]] = deque()
        self._frames = 0
        self._released = 0
        self._stream = rtc.AudioStream(
            track, sample_rate=RATE, num_channels=1, frame_size_ms=round(FRAME_SECONDS * 1000)
        )

    async def run(self) -> None:
        looking: asyncio.Task[None] | None = None
        async with asyncio.TaskGroup() as beside:
            try:
                async for event in self._stream:
                    if self._looks_now() and (looking is None or looking.done()):
                        looking = beside.create_task(self._buffer.look())
                    self._take(bytes(event.frame.data))
            finally:
                if looking is not None:
                    looking.cancel()
                await self._stream.aclose()

    def hold(self, key: Pressed) -> None:
        """Tell it once the sound before it has come."""
        self._keys.append((self._frames + HELD_FRAMES, key))
        asyncio.get_running_loop().call_later(HELD_SECONDS, self._release_to, len(self._keys) + self._released)

    def release(self) -> None:
        """No more sound comes: tell what is held."""
        self._release_to(self._released + len(self._keys))

    def _looks_now(self) -> bool:
        return self._frames % (AT_FIRST if self._frames < 2 * LOOK_EVERY else LOOK_EVERY) == 0

    def _release_to(self, count: int) -> None:
        """The first so many keys of all."""
        while self._released < count:
            self._released += 1
            self._listener.hear(self._keys.popleft()[1])

    def _take(self, pcm: bytes) -> None:
        self._frames += 1
        sounding = self._gate.passes(pcm)
        at = self._pulse.began(self._now())
        began = at - self._buffer.of_next_frame() - self._sent_after
        if sounding:
            frame = AudioFrame(pcm=pcm, began=began)
            self._listener.hear(Heard(party=self.party, frame=frame, at=at))
        self._release_to(self._released + sum(due <= self._frames for due, _ in self._keys))

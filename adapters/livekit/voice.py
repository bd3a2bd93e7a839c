"""One party's track as it comes in: frames in their places on the room's clock, and its keys behind its sound."""

from collections import deque
from collections.abc import Callable
from typing import Final

from livekit import rtc

from adapters.livekit.gate import SilenceGate
from adapters.pacing.ear import Listener
from domain.calls.audio import FRAME_SECONDS, RATE, AudioFrame
from ports.audio_links import Heard, Pressed

ASTRAY: Final = 0.2
"""Seconds between a frame's place and its arrival from where on the place is taken anew."""

HELD_FRAMES: Final = 15
"""Frames of a track for which a key waits: a key comes by another way and does not stand in the sound's jitter buffer,
which holds 20 to 60 ms on a quiet path and seldom more than 200."""


class Places:
    """Where the frames of a continuous track begin: one after another, corrected while there is silence."""

    def __init__(self) -> None:
        self._next = 0.0

    def next(self, now: float, *, sounding: bool) -> float:
        """The place of the frame that has arrived in full by `now`."""
        arrived = now - FRAME_SECONDS
        late = arrived - self._next
        if abs(late) > ASTRAY or (late < 0 and not sounding):
            self._next = max(0.0, arrived)
        at = self._next
        self._next += FRAME_SECONDS
        return at


class Voice:
    """What one party says, told to the listener. `run` until the track is over."""

    def __init__(self, party: str, track: rtc.Track, listener: Listener, now: Callable[[], float]) -> None:
        self.party = party
        self._listener = listener
        self._now = now
        self._gate = SilenceGate()
        self._places = Places()
        self._keys: deque[tuple[int, Pressed]] = deque()
        self._frames = 0
        self._stream = rtc.AudioStream(
            track, sample_rate=RATE, num_channels=1, frame_size_ms=round(FRAME_SECONDS * 1000)
        )

    async def run(self) -> None:
        try:
            async for event in self._stream:
                self._take(bytes(event.frame.data))
        finally:
            await self._stream.aclose()

    def hold(self, key: Pressed) -> None:
        """Tell it once the sound before it has come."""
        self._keys.append((self._frames + HELD_FRAMES, key))

    def release(self) -> None:
        """No more sound comes: tell what is held."""
        while self._keys:
            self._listener.hear(self._keys.popleft()[1])

    def _take(self, pcm: bytes) -> None:
        self._frames += 1
        sounding = self._gate.passes(pcm)
        at = self._places.next(self._now(), sounding=sounding)
        if sounding:
            self._listener.hear(Heard(party=self.party, frame=AudioFrame(pcm=pcm), at=at))
        while self._keys and self._keys[0][0] <= self._frames:
            self._listener.hear(self._keys.popleft()[1])

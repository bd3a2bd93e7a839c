"""One call's sound: from the phone into the room and back, moved once every 20 ms."""

import asyncio
from collections.abc import Callable
from typing import Final

import numpy as np
from baresip.errors import AudioNotActive, AudioRestarted

from adapters.sip.call import SipCall
from adapters.sip.mix import Mix
from adapters.sip.resampling import Downsampler, Pcm, Upsampler
from adapters.sip.silence import QUIET, SilenceGate, peak
from adapters.sip.stack import HELD_SECONDS
from domain.calls.audio import FRAME_SECONDS, AudioFrame

NARROW_BYTES: Final = 320
"""20 ms at 8 kHz."""

MOST_READ: Final = 50 * NARROW_BYTES
QUEUED: Final = 2 * NARROW_BYTES
"""What waits in the stack while somebody speaks: a frame that is due, and one for when we are late. Whoever is cut off
is heard for that much longer."""

OLD: Final = FRAME_SECONDS + HELD_SECONDS
"""Seconds since a frame began to be spoken when it can be read: it was sent when it was over, and has stood in the
stack's jitter buffer. Its network took some time too, which nobody knows."""

CUSHION: Final = bytes(NARROW_BYTES)
BEHIND: Final = 3
MOST_HEARD: Final = 12
"""Frames that may wait for the room. When more than BEHIND do, pauses are left out, so that what a standstill has
delayed does not stay late; beyond a quarter of a second the oldest is dropped."""


class Line:
    """`heard` are frames for the room, at 16 kHz; `say` takes those of the room, whose time is `now`."""

    def __init__(self, call: SipCall, now: Callable[[], float]) -> None:
        self.call = call
        self.heard: asyncio.Queue[AudioFrame] = asyncio.Queue()
        self._now = now
        self._part = b""
        self._gate = SilenceGate()
        self._upsampled = Upsampler()
        self._downsampled = Downsampler()
        self._mix = Mix()
        self._spoke = False

    def say(self, party: str, pcm: bytes) -> None:
        self._mix.add(party, pcm)

    def tick(self) -> None:
        """A call that is held, has no media yet, or gets new media by a re-INVITE, is silent meanwhile."""
        try:
            self._listen()
            self._speak()
        except (AudioNotActive, AudioRestarted):
            self._mix.clear()

    def _listen(self) -> None:
        data = self._part + self.call.audio.read(MOST_READ)
        whole = len(data) - len(data) % NARROW_BYTES
        self._part = data[whole:]
        latest = self._now() - OLD
        for start in range(0, whole, NARROW_BYTES):
            frame = np.frombuffer(data, "<i2", NARROW_BYTES // 2, start)
            passed = tuple(self._gate.passed(frame))
            after = (whole - start) // NARROW_BYTES - 1
            for sound, behind in zip(passed, reversed(range(len(passed))), strict=True):
                self._give(sound, latest - (after + behind) * FRAME_SECONDS)

    def _give(self, sound: Pcm, began: float) -> None:
        """All that is read at once came one after the other, and the last just now."""
        pcm = self._upsampled(sound).tobytes()
        if self.heard.qsize() > BEHIND and peak(sound) < QUIET:
            return
        if self.heard.qsize() >= MOST_HEARD:
            self.heard.get_nowait()
        self.heard.put_nowait(AudioFrame(pcm=pcm, began=began))

    def _speak(self) -> None:
        if self.call.held:
            self._mix.clear()
        if not self._mix and not self._spoke:
            return
        waits = self.call.audio.info().tx_buffered
        if not waits:  # the stack has run dry, and would again whenever we are late
            waits += self.call.audio.write(CUSHION)
        while waits < QUEUED and (self._mix or self._spoke):
            self._spoke = bool(self._mix)  # one frame of silence after the last brings out what the filter still holds
            waits += self.call.audio.write(self._downsampled(self._mix.take()).tobytes())

"""What one call sends: frames of 20 ms, digits in their place, and the losses it was asked to make."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from contract_tests.carrier.g711 import FRAME, MU_LAW, Law, Pcm
from contract_tests.carrier.records import MediaSeen
from contract_tests.carrier.rtp import DIGITS, Event, Packet, event_payload, pack

ENDS: Final = 3
"""How often a digit's end is told (RFC 4733 section 2.5.1.4)."""

APART: Final = 1e-6
"""Seconds between packets that come at once: timers of one moment have no order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What the network does to our audio: the chance that a packet is lost, and that it goes after its successor; and
    up to how many seconds one is late, which never lets it fall behind the next."""

    loss: float = 0.0
    swap: float = 0.0
    jitter: float = 0.0


@dataclass(slots=True, eq=False)
class Playback:
    """`began_at` is when the first frame was sent; `done` is set after the last."""

    frames: deque[bytes]
    began_at: float | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True, kw_only=True)
class Speaker:
    """`send` takes a packet to the wire. Nothing goes out while `on` or `allowed` is false; time goes on."""

    send: Callable[[bytes], None]
    seen: MediaSeen
    chance: random.Random
    law: Law = MU_LAW
    events: int | None = None
    on: bool = False
    allowed: bool = True
    trouble: Trouble = Trouble()
    _playing: deque[Playback] = field(default_factory=deque)
    _digits: deque[tuple[Packet, asyncio.Event | None]] = field(default_factory=deque)
    _held: bytes | None = None
    _sequence: int = 0
    _timestamp: int = 0
    _ssrc: int = 0
    _arrives: float = 0.0

    def __post_init__(self) -> None:
        self._sequence, self._timestamp = self.chance.getrandbits(16), self.chance.getrandbits(32)
        self._ssrc = self.chance.getrandbits(32)

    def play(self, pcm: Pcm) -> Playback:
        """After what is being played already."""
        padded = np.concatenate((pcm, np.zeros(-len(pcm) % FRAME, np.int16)))
        data = self.law.encode(padded)
        playback = Playback(deque(data[at : at + FRAME] for at in range(0, len(data), FRAME)))
        if playback.frames:
            self._playing.append(playback)
        else:
            playback.done.set()
        return playback

    def stop_playing(self) -> None:
        while self._playing:
            self._playing.popleft().done.set()

    def type_digits(self, digits: str, *, lasting: float = 0.1, pause: float = 0.1) -> asyncio.Event:
        """Set when the last one is out. The ticks of a pause carry ordinary audio."""
        done = asyncio.Event()
        for number, digit in enumerate(digits):
            packets = list(self._digit(DIGITS.index(digit.upper()), round(lasting / 0.02)))
            last = number == len(digits) - 1
            self._digits.extend((packet, None) for packet in packets[:-1])
            self._digits.append((packets[-1], done if last else None))
            self._digits.extend([(_PAUSE, None)] * round(pause / 0.02))
        return done

    def _digit(self, code: int, steps: int) -> Iterator[Packet]:
        payload_type = 101 if self.events is None else self.events
        for step in range(1, steps + ENDS):
            event = Event(code, step >= steps, min(step, steps) * FRAME)
            yield Packet(step, min(step, steps), payload_type, self._ssrc, event_payload(event), step == 1)

    def tick(self, now: float) -> None:
        """One 20 ms step."""
        packet = self._digit_packet()
        if packet is None:
            payload = self._frame(now)
            packet = Packet(0, self._timestamp, self.law.payload_type, self._ssrc, payload)
        self._timestamp = self._timestamp + FRAME & 0xFFFFFFFF
        self.put(packet, now)

    def _digit_packet(self) -> Packet | None:
        """All packets of a digit carry the time of its start."""
        if not self._digits:
            return None
        packet, done = self._digits.popleft()
        if done is not None:
            done.set()
        if packet is _PAUSE:
            return None
        start = self._timestamp - (packet.sequence - 1) * FRAME
        return Packet(0, start & 0xFFFFFFFF, packet.payload_type, packet.ssrc, packet.payload, packet.marker)

    def _frame(self, now: float) -> bytes:
        if not self._playing or not (self.on and self.allowed):
            return self._silence
        playback = self._playing[0]
        if playback.began_at is None:
            playback.began_at = now
        frame = playback.frames.popleft()
        if not playback.frames:
            self._playing.popleft().done.set()
        return frame

    @property
    def _silence(self) -> bytes:
        return bytes((self.law.encode(_ZERO)[0],)) * FRAME

    def put(self, packet: Packet, now: float) -> None:
        """On the wire, as our stream's next packet, unless the network loses it."""
        if not (self.on and self.allowed):
            return
        packet.sequence, packet.ssrc = self._sequence, self._ssrc
        self._sequence = self._sequence + 1 & 0xFFFF
        if self.chance.random() < self.trouble.loss:
            self.seen.lost += 1
            return
        for data in self._in_order(pack(packet)):
            self._send(data, now)
            self.seen.sent += 1
        if self.seen.first_sent_at is None and self.seen.sent:
            self.seen.first_sent_at = now

    def _send(self, data: bytes, now: float) -> None:
        if not self.trouble.jitter:
            self.send(data)
            return
        self._arrives = max(self._arrives + APART, now + self.chance.uniform(0.0, self.trouble.jitter))
        asyncio.get_running_loop().call_at(self._arrives, self.send, data)

    def _in_order(self, data: bytes) -> Sequence[bytes]:
        if self._held is not None:
            held, self._held = self._held, None
            self.seen.swapped += 1
            return data, held
        if self.chance.random() < self.trouble.swap:
            self._held = data
            return ()
        return (data,)


_ZERO: Final = np.zeros(1, np.int16)
_PAUSE: Final = Packet(0, 0, 0, 0, b"")

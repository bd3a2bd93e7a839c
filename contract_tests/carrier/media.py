"""The audio of one call on a socket of its own, and the one clock that paces all calls."""

import asyncio
import random
import socket
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from contract_tests.carrier.ear import Ear
from contract_tests.carrier.g711 import LAWS
from contract_tests.carrier.records import MediaSeen
from contract_tests.carrier.rtp import Packet
from contract_tests.carrier.sdp import Session
from contract_tests.carrier.speaker import Speaker

STEP: Final = 0.02
AT_ONCE: Final = 16
"""Datagrams that are read of one call before it is another's turn."""

LONGEST: Final = 2048
STAMPS: Final = getattr(socket, "SO_TIMESTAMPNS", 35)
"""Linux's, which Python does not name: it stamps each datagram by the clock of the day."""

STAMP: Final = struct.Struct("@ll")
SENDS: Final = ("sendrecv", "sendonly")

Ancillary = Sequence[tuple[int, int, bytes]]


@dataclass(slots=True, eq=False, kw_only=True)
class Media:
    """What was received since the call began, answered or not, is in `seen`. `told` is called at every packet. Its
    time is when it was read, or with `stamped` when the system took it in."""

    seen: MediaSeen
    told: Callable[[], None]
    chance: random.Random
    host: str
    stamped: bool = False
    echoing: bool = False
    remote: tuple[str, int] | None = None
    port: int = 0
    speaker: Speaker = field(init=False)
    ear: Ear = field(init=False)
    _audio: socket.socket = field(init=False)
    _control: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        """On an even port, with the odd one above it for RTCP, which nobody reads: were it another call's, that
        call would count it as junk."""
        self.speaker = Speaker(send=self.send, seen=self.seen, chance=self.chance)
        self.ear = Ear(seen=self.seen, told=self.told)
        self._audio, self._control = _pair(self.host)
        if self.stamped:
            self._audio.setsockopt(socket.SOL_SOCKET, STAMPS, 1)
        self.port = self._audio.getsockname()[1]
        asyncio.get_running_loop().add_reader(self._audio, self._arrived)

    def agree(self, theirs: Session, payload: int) -> None:
        """On where it goes and how it is coded. `payload` is the law's number."""
        self.remote = (theirs.host, theirs.port)
        self.speaker.law = LAWS[payload]
        self.speaker.events = self.ear.events = theirs.events

    def permit(self, direction: str) -> None:
        """Our own direction, as last agreed upon."""
        self.speaker.allowed = direction in SENDS

    def _arrived(self) -> None:
        now = asyncio.get_running_loop().time()
        for _ in range(AT_ONCE):
            try:
                data, beside = self._received()
            except BlockingIOError:
                return
            packet = self.ear.receive(data, now - _age(beside))
            if packet is not None and self.echoing:
                self.speaker.put(Packet(0, packet.timestamp, packet.payload_type, 0, packet.payload), now)

    def _received(self) -> tuple[bytes, Ancillary]:
        """With what the system says beside it."""
        if not self.stamped:
            return self._audio.recv(LONGEST), ()
        data, beside, _, _ = self._audio.recvmsg(LONGEST, socket.CMSG_SPACE(STAMP.size))
        return data, beside

    def send(self, data: bytes) -> None:
        if self.remote is None or self._audio.fileno() < 0:
            return
        try:
            self._audio.sendto(data, self.remote)
        except BlockingIOError:
            self.seen.unsent += 1

    def close(self) -> None:
        if self._audio.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._audio)
        self._audio.close()
        self._control.close()


def _age(beside: Ancillary) -> float:
    """Seconds for which a datagram had waited to be read."""
    for level, kind, data in beside:
        if (level, kind) == (socket.SOL_SOCKET, STAMPS):
            seconds, nanoseconds = STAMP.unpack(data)
            return time.time() - float(seconds + nanoseconds / 1e9)
    return 0.0


def _pair(host: str) -> tuple[socket.socket, socket.socket]:
    while True:
        audio, control = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        try:
            audio.bind((host, 0))
            port = audio.getsockname()[1]
            if port % 2 == 0:
                control.bind((host, port + 1))
                for each in (audio, control):
                    each.setblocking(False)
                return audio, control
        except OSError:
            pass  # the odd one is somebody's
        audio.close()
        control.close()


@dataclass(slots=True)
class Pacer:
    """Sends for every call at the same moments, every 20 ms from its own start. `due` is when the next frame goes, or
    should have gone where this process is late."""

    calls: set[Media] = field(default_factory=set)
    due: float = 0.0

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        self.due = loop.time()
        while True:
            for media in tuple(self.calls):
                now = loop.time()
                media.seen.worst_delay = max(media.seen.worst_delay, now - self.due)
                if not media.echoing:
                    media.speaker.tick(now)
            self.due += STEP
            await asyncio.sleep(max(0.0, self.due - loop.time()))

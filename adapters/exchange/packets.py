"""What passes on links, as binary: any number of packets in one message, in their order.

A packet is a head (link, kind, lengths, place on the room's clock, and when sound was spoken that is late), the party's
name, a body and the marks as JSON.
"""

import math
import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import Final, NamedTuple

import msgspec

from domain.calls.audio import AudioFrame, Mark
from ports.audio_links import Heard, Joined, Left, LinkEvent, Pressed
from ports.messages.decoders import decoder_of

HEAD: Final = struct.Struct("<IBBHIdd")
"""Link, kind, and the lengths of name, marks and body in bytes; then the times in seconds, of which there is no second
one when it is no number."""


class Kind(IntEnum):
    SOUND = 0
    PRESSED = 1
    JOINED = 2  # from the exchange only, like the next two
    LEFT = 3
    OVER = 4
    FLUSH = 5  # to the exchange only, like the next
    LEAVE = 6


class Packet(NamedTuple):
    link: int
    kind: int
    at: float
    party: str
    body: bytes
    marks: bytes
    began: float

    @property
    def frame(self) -> AudioFrame:
        began = None if math.isnan(self.began) else self.began
        return AudioFrame(pcm=self.body, marks=_read_marks(self.marks) if self.marks else (), began=began)


_write_marks = msgspec.json.Encoder().encode
_read_marks = decoder_of(tuple[Mark, ...]).decode


def pack(link: int, kind: Kind, at: float = 0.0, party: str = "", body: bytes = b"") -> bytes:
    name = party.encode()
    return HEAD.pack(link, kind, len(name), 0, len(body), at, math.nan) + name + body


def pack_sound(link: int, at: float, frame: AudioFrame, party: str = "") -> bytes:
    name = party.encode()
    marks = _write_marks(frame.marks) if frame.marks else b""
    began = math.nan if frame.began is None else frame.began
    head = HEAD.pack(link, Kind.SOUND, len(name), len(marks), len(frame.pcm), at, began)
    return b"".join((head, name, frame.pcm, marks))


def pack_event(link: int, event: LinkEvent) -> bytes:
    match event:
        case Heard():
            return pack_sound(link, event.at, event.frame, event.party)
        case Pressed():
            return pack(link, Kind.PRESSED, event.at, event.party, event.digit.encode())
        case Joined():
            return pack(link, Kind.JOINED, event.at, event.party)
        case Left():
            return pack(link, Kind.LEFT, event.at, event.party)


def unpack(message: bytes) -> Iterator[Packet]:
    """Raises ValueError or struct.error for what is no row of packets."""
    place, end = 0, len(message)
    while place < end:
        link, kind, name, marks, body, at, began = HEAD.unpack_from(message, place)
        a = place + HEAD.size
        b = a + name
        c = b + body
        place = c + marks
        if place > end:
            raise ValueError("a packet is cut short")
        yield Packet(link, kind, at, message[a:b].decode(), message[b:c], message[c:place], began)


def event_of(packet: Packet) -> LinkEvent:
    match packet.kind:
        case Kind.SOUND:
            return Heard(party=packet.party, frame=packet.frame, at=packet.at)
        case Kind.PRESSED:
            return Pressed(party=packet.party, digit=packet.body.decode(), at=packet.at)
        case Kind.JOINED:
            return Joined(party=packet.party, at=packet.at)
        case Kind.LEFT:
            return Left(party=packet.party, at=packet.at)
        case _:
            raise ValueError("no event")

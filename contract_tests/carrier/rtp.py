"""RTP packets (RFC 3550) and the telephone events in them (RFC 4733)."""

import struct
from dataclasses import dataclass
from typing import Final

DIGITS: Final = "0123456789*#ABCD"
"""By event code."""

_HEAD: Final = struct.Struct("!BBHII")
_EVENT: Final = struct.Struct("!BBH")
LOUDNESS: Final = 10
"""-dBm0 of a digit."""


@dataclass(slots=True)
class Packet:
    sequence: int
    timestamp: int
    payload_type: int
    ssrc: int
    payload: bytes
    marker: bool = False


@dataclass(slots=True)
class Event:
    """`duration` in timestamp units."""

    code: int
    end: bool
    duration: int


def pack(packet: Packet) -> bytes:
    second = packet.payload_type | (128 if packet.marker else 0)
    return _HEAD.pack(128, second, packet.sequence, packet.timestamp, packet.ssrc) + packet.payload


def unpack(data: bytes) -> Packet | None:
    """None for what is no RTP packet, RTCP among it."""
    if len(data) < _HEAD.size:
        return None
    first, second, sequence, timestamp, ssrc = _HEAD.unpack_from(data)
    if first >> 6 != 2 or 192 <= second <= 223:
        return None
    start, end = _bounds(data, first)
    if start > end:
        return None
    return Packet(sequence, timestamp, second & 127, ssrc, data[start:end], bool(second & 128))


def _bounds(data: bytes, first: int) -> tuple[int, int]:
    """Where the payload lies, past sources and extension and before the padding."""
    start, end = _HEAD.size + 4 * (first & 15), len(data)
    if first & 16:
        if start + 4 > end:
            return end + 1, end
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    if first & 32:
        end -= data[-1]
    return start, end


def event_payload(event: Event) -> bytes:
    return _EVENT.pack(event.code, (128 if event.end else 0) | LOUDNESS, event.duration)


def event_of(payload: bytes) -> Event | None:
    """None for what is no digit."""
    if len(payload) < _EVENT.size:
        return None
    code, flags, duration = _EVENT.unpack_from(payload)
    return Event(code, bool(flags & 128), duration) if code < len(DIGITS) else None

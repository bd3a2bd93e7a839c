"""Keys on the wire: as DTMF events from and to phones, as data among CXB's own parties."""

from collections.abc import Mapping
from typing import Final

from livekit import rtc

PATIENCE: Final = 3.0
"""Seconds for the server to take a key."""

KEY_TOPIC: Final = "cxb.key"
KEY_CODES: Final[Mapping[str, int]] = {digit: code for code, digit in enumerate("0123456789*#")}
"""RFC 4733, section 3.2."""


def key_in(packet: rtc.DataPacket) -> str | None:
    """The key that this packet is, if it is one."""
    if packet.topic != KEY_TOPIC or packet.data not in _KEYS:
        return None
    return _KEYS[packet.data]


_KEYS: Final = {digit.encode(): digit for digit in KEY_CODES}

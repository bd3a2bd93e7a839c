"""The one place that knows which call a room is of, and the other way round.

A room that CXB opens has its call's id as its name. LiveKit names the rooms of calls that come in itself, and there is
a phone number in the name; so the call's id is that name, sealed: a call's id stands in URLs and logs, a number never.
"""

import base64
import binascii
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.ids import CallId

ROOM_PREFIX: Final = "cxb-in"
"""What the dispatch rules of CXB have LiveKit begin the names of such rooms with."""

SEALED: Final = "call_in_"
KEY_BYTES: Final = 64
LABEL: Final = b"cxb: names of rooms that calls come in by"


class RoomNames:
    """Sealed by a key that follows from LiveKit's secret, always to the same id: every process gives the same."""

    def __init__(self, secret: str) -> None:
        key = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=LABEL).derive(secret.encode())
        self._siv = AESSIV(key)

    def call_of(self, room: str) -> CallId:
        if not came_in(room):
            return CallId(room)
        sealed = base64.b32encode(self._siv.encrypt(room.encode(), None)).decode()
        return CallId(SEALED + sealed.rstrip("=").lower())

    def room_of(self, call_id: str) -> str:
        """The room's own name, which is the call's id where that was not made by `call_of`."""
        if not call_id.startswith(SEALED):
            return call_id
        sealed = call_id.removeprefix(SEALED).upper()
        try:
            return self._siv.decrypt(base64.b32decode(sealed + "=" * (-len(sealed) % 8)), None).decode()
        except (binascii.Error, InvalidTag, ValueError):
            return call_id


def came_in(room: str) -> bool:
    """Whether LiveKit opened it for a call that came in."""
    return room.startswith(f"{ROOM_PREFIX}_")

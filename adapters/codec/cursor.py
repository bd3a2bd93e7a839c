"""Cursors of pages: the place of a page's last item, as characters that a URL may hold."""

import base64
import binascii

import msgspec

from ports.errors import Refused
from ports.messages.decoders import decoder_of

Place = tuple[int, str]
"""Where an item stands in a list: a number such as its creation time in microseconds, then its id."""


def write_cursor(place: Place) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read_cursor(cursor: str) -> Place:
    """Raises Refused with reason `cursor` for one that no page has given."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        place: Place = decoder_of(Place).decode(text)
    except (binascii.Error, msgspec.MsgspecError, ValueError):
        raise Refused("not a cursor of this list", reason="cursor") from None
    return place

"""How one parcel lies in its file, and the slip beside it that says when it is to be tried next."""

from datetime import datetime
from pathlib import Path

import msgspec

from ports.messages.decoders import decoder_of


class UnreadableParcel(Exception):
    """A file that no outbox wrote."""


class Slip(msgspec.Struct, frozen=True, kw_only=True):
    """When a parcel is due, and how often it has been tried."""

    due_at: datetime
    tries: int = 0


_read_slip = decoder_of(Slip).decode


def parcel_bytes(body: bytes, *, due_at: datetime) -> bytes:
    """The first slip on one line, then the body as it is."""
    return slip_bytes(Slip(due_at=due_at)) + b"\n" + body


def slip_bytes(slip: Slip) -> bytes:
    return msgspec.json.encode(slip)


def read_body(parcel: Path) -> bytes:
    return parcel.read_bytes().partition(b"\n")[2]


def read_slip(parcel: Path, slip: Path) -> Slip:
    """The newest slip. One that was cut off by a power loss has tried at least once, and is due now."""
    first = _first_slip(parcel)
    if not slip.exists():
        return first
    try:
        return _read_slip(slip.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Slip(due_at=first.due_at, tries=1)


def _first_slip(parcel: Path) -> Slip:
    with parcel.open("rb") as file:
        line = file.readline(1024)
    try:
        return _read_slip(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UnreadableParcel(parcel.name) from None

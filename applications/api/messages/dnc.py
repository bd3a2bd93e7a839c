"""What is said about numbers that must not be called."""

from datetime import datetime
from typing import Annotated, Final

import msgspec

from domain.campaigns.lead_import import RowError
from ports.dnc_list import DncEntry

LONGEST_PHONE: Final = 100
MOST_PHONES: Final = 50_000

Region = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]
Phone = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_PHONE)]


class DncNumbers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As people write them; `region` is where those without a country code belong."""

    phones: Annotated[tuple[Phone, ...], msgspec.Meta(max_length=MOST_PHONES)]
    region: Region = "US"


class DncQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    phone: Phone
    region: Region = "US"


class DncUploaded(msgspec.Struct, frozen=True, kw_only=True):
    """`known` were there before. `errors` are the first of those `refused`, each with its line or place in the list."""

    added: int
    known: int
    refused: int
    errors: tuple[RowError, ...]


class DncShown(msgspec.Struct, frozen=True, kw_only=True):
    """`source` is `upload`, or the id of the call in which it was asked for."""

    phone: str
    source: str
    added_at: datetime


class DncAnswer(msgspec.Struct, frozen=True, kw_only=True):
    listed: bool
    entry: DncShown | None


class DncRemoved(msgspec.Struct, frozen=True, kw_only=True):
    """Whether it was there."""

    removed: bool


class DncPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page, and how many numbers are on the whole list."""

    items: tuple[DncShown, ...]
    next: str | None
    count: int


def show_entry(entry: DncEntry) -> DncShown:
    return DncShown(phone=entry.phone, source=entry.source, added_at=entry.added_at)

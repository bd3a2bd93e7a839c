"""Which column of a file of leads means what."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

MOST_COLUMNS: Final = 200
LONGEST_NAME: Final = 100

PHONE: Final = "phone"
EXTERNAL_ID: Final = "external_id"
REGION: Final = "region"
PRIORITY: Final = "priority"
CONSENT: Final = "consent"
TIMEZONE: Final = "timezone"
KNOWN: Final = frozenset({PHONE, EXTERNAL_ID, REGION, PRIORITY, CONSENT, TIMEZONE})

ALIASES: Final[Mapping[str, str]] = {
    "phone_number": PHONE,
    "telephone": PHONE,
    "telephone_number": PHONE,
    "tel": PHONE,
    "mobile": PHONE,
    "mobile_phone": PHONE,
    "number": PHONE,
    "country": REGION,
    "time_zone": TIMEZONE,
    "id": EXTERNAL_ID,
}
"""What files call the fields that mean something here; used where no column has the name itself."""


class UnusableFile(Exception):
    """The file as a whole cannot be read; the message is one word, for programs and for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """A name for each of the file's columns; an empty one is left out."""

    names: tuple[str, ...]

    def split(self, fields: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
        """The fields that mean something here, and the rest, which are the lead's variables. All are stripped."""
        known: dict[str, str] = {}
        variables: dict[str, str] = {}
        for name, field in zip(self.names, fields, strict=False):
            if name:
                (known if name in KNOWN else variables)[name] = field.strip()
        return known, variables


def columns_of(header: Sequence[str], wanted: Mapping[str, str]) -> Columns:
    """`wanted` maps headers, in any case, to the names they shall have; the rest are named by themselves.

    Raises UnusableFile for a header without a phone column, or with too many columns.
    """
    if len(header) > MOST_COLUMNS:
        raise UnusableFile("too_many_columns")
    wishes = {plain_name(title): plain_name(name) for title, name in wanted.items()}
    names = [wishes.get(plain_name(title), plain_name(title)) for title in header]
    for index, name in enumerate(names):
        target = ALIASES.get(name, name)
        if target not in names:
            names[index] = target
    if PHONE not in names:
        raise UnusableFile("no_phone_column")
    return Columns(names=tuple(name if name not in names[:index] else "" for index, name in enumerate(names)))


def plain_name(title: str) -> str:
    """A header as a variable's name, such as `first_name` for `First Name`."""
    name = re.sub(r"\W+", "_", title.strip().casefold()).strip("_")[:LONGEST_NAME]
    return f"_{name}" if name[:1].isdigit() else name

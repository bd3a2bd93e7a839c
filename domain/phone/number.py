"""A telephone number as the field writes it down: E.164, with what its country tells us about it."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from domain.errors import Fault, InvalidValue
from domain.limits import Spelled

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
SpelledE164 = Annotated[str, Spelled(E164.pattern, "E.164, such as +14155550123")]


class NumberKind(StrEnum):
    """What sort of line a number is, as far as its numbering plan says."""

    MOBILE = "mobile"
    FIXED = "fixed"
    FIXED_OR_MOBILE = "fixed_or_mobile"
    TOLL_FREE = "toll_free"
    PREMIUM = "premium"
    SHARED_COST = "shared_cost"
    EMERGENCY = "emergency"
    SHORT_CODE = "short_code"
    OTHER = "other"


class NumberFault(StrEnum):
    """Why a text is no number that could be dialled."""

    BLANK = "blank"
    NOT_A_NUMBER = "not_a_number"
    IMPOSSIBLE = "impossible"
    MANGLED = "mangled"  # by a spreadsheet: 4.47912E+11 has lost its last digits


NEVER_DIALLED = frozenset({NumberKind.PREMIUM, NumberKind.EMERGENCY, NumberKind.SHORT_CODE, NumberKind.SHARED_COST})
"""Kinds that no campaign may call: they cost the caller dear, or keep a line from those in need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneNumber:
    """A dialable number. `region` is an ISO 3166 code; `zones` are all IANA zones where it may ring."""

    e164: str
    region: str
    kind: NumberKind
    zones: tuple[str, ...]


def require_e164(value: str, field: str) -> str:
    """The value, when it is E.164 (+ and 7 to 15 digits). Raises InvalidValue."""
    if not E164.fullmatch(value):
        raise InvalidValue(Fault(field=field, reason="must be E.164, such as +14155550123"))
    return value

"""Telephone numbers as SIP headers carry them."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from domain.phone.number import E164

USER: Final = re.compile(r"(?:sips?|tel):([^@;>\s]*)(?:;[^@>\s]*)?(?:@([^;>\s]*))?", re.IGNORECASE)
SEPARATORS: Final = re.compile(r"[-.()]")
INTERNATIONAL: Final = re.compile(r"[1-9][0-9]{10,14}")
"""Digits without a sign that can only be a whole number with its country: shorter ones may be national."""


def user_of(header: str) -> str:
    """The user part of a URI or of a header that has one, without its parameters; empty where there is none."""
    found = USER.search(header)
    return unquote(found[1]) if found else ""


def e164_where_told(user: str) -> str:
    """E.164 for +, 00 and eleven or more digits; otherwise as it came."""
    digits = SEPARATORS.sub("", user)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif INTERNATIONAL.fullmatch(digits):
        digits = f"+{digits}"
    return digits if E164.fullmatch(digits) else user


def caller_of(headers: Mapping[str, str]) -> str:
    """Who calls: what the network asserts before what the phone says, and nothing when the number is withheld."""
    said = headers.get("From", "")
    if "anonymous" in said.lower() or "id" in re.split(r"[;,\s]+", headers.get("Privacy", "").lower()):
        return ""
    return e164_where_told(user_of(headers.get("P-Asserted-Identity", "")) or user_of(said))

"""Ids that sort by time and cannot be guessed."""

import secrets
import time
from typing import Final

from ports.ids import Ids

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in lower case: no letters that look like digits."""


class SystemIds(Ids):
    """48 bits of milliseconds, then 82 random bits: the layout of ULIDs, two bits longer."""

    def new(self, prefix: str) -> str:
        value = (int(time.time() * 1000) << 82) | secrets.randbits(82)
        return f"{prefix}_{''.join(ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))}"

    def secret(self, size: int = 32) -> str:
        return secrets.token_urlsafe(size)

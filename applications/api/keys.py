"""How API keys are made, read and kept: `cxb_`, a prefix, a secret and a check sum, all in letters and digits."""

import hashlib
import hmac
import zlib
from dataclasses import dataclass
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
MARK: Final = "cxb_"
PREFIX: Final = 8
SECRET: Final = 32
"""Letters of base 62: 190 bits."""
CHECK: Final = 6
"""A CRC32 in base 62: it tells a mistyped key from a wrong one without asking the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyParts:
    """A key that is well formed. `text` is all of it."""

    text: str
    prefix: str

    def hash(self, pepper: bytes) -> str:
        """What is kept of it: a keyed hash, so that a stolen store opens nothing."""
        return hmac.new(pepper, self.text.encode(), hashlib.sha256).hexdigest()


def make_key(seed: str) -> KeyParts:
    """A key from a secret that nobody can guess."""
    letters = _base62(int.from_bytes(hashlib.sha512(seed.encode()).digest()), PREFIX + SECRET)
    body = MARK + letters
    return KeyParts(text=body + _check(body), prefix=letters[:PREFIX])


def read_key(text: str) -> KeyParts | None:
    """None for what cannot be a key."""
    body, check = text[:-CHECK], text[-CHECK:]
    shaped = len(text) == len(MARK) + PREFIX + SECRET + CHECK and text.isascii() and text.startswith(MARK)
    if not shaped or not hmac.compare_digest(_check(body), check):
        return None
    return KeyParts(text=text, prefix=body[len(MARK) : len(MARK) + PREFIX])


def _check(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), CHECK)


def _base62(number: int, length: int) -> str:
    letters = []
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[digit])
    return "".join(letters)

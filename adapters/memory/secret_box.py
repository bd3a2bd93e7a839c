"""The memory twin of secret boxes: texts that are signed, and hidden from nobody."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from ports.errors import Refused
from ports.secret_box import SecretBox


class MemorySecretBox(SecretBox):
    """`<salt>.<text>.<HMAC-SHA256 of both and what they are about>`. For tests only: anybody can read the text."""

    def __init__(self, keys: Sequence[str] = ("memory",)) -> None:
        self._keys = tuple(keys)

    def seal(self, plain: str, *, about: str) -> str:
        if not self._keys:
            raise Refused("there is no key to seal with", reason="no_key")
        body = f"{secrets.token_hex(8)}.{base64.urlsafe_b64encode(plain.encode()).decode()}"
        return f"{body}.{_signed(self._keys[0], body, about)}"

    def open(self, sealed: str, *, about: str) -> str:
        body, _, signature = sealed.rpartition(".")
        for key in self._keys:
            if hmac.compare_digest(signature.encode("utf-8", "replace"), _signed(key, body, about).encode()):
                return _read(body.partition(".")[2])
        raise Refused("not sealed here")


def _signed(key: str, body: str, about: str) -> str:
    text = f"{len(about)}|{about}|{body}".encode("utf-8", "replace")
    return hmac.digest(key.encode(), text, hashlib.sha256).hex()


def _read(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text).decode()
    except (binascii.Error, ValueError):
        raise Refused("not sealed here") from None

"""Secrets sealed with AES-256-GCM (NIST SP 800-38D), each with a random nonce of 96 bits and the id of its key."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ports.errors import Refused
from ports.secret_box import SecretBox

VERSION: Final = "v1"
NONCE: Final = 12
"""Bytes. Random ones may be used 2**32 times with one key; trunks are few."""


class AesGcmSecretBox(SecretBox):
    """`v1.<key's id>.<nonce and ciphertext in base64url>`. Keys are texts of any length that nobody can guess."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = {_id(key): AESGCM(_derived(key, b"sealing")) for key in keys}
        self._first = _id(keys[0]) if keys else None

    def seal(self, plain: str, *, about: str) -> str:
        if self._first is None:
            raise Refused("there is no key to seal with: set CXB_SECRETS_KEY", reason="no_key")
        nonce = secrets.token_bytes(NONCE)
        sealed = nonce + self._keys[self._first].encrypt(nonce, plain.encode(), _bound(self._first, about))
        return f"{VERSION}.{self._first}.{base64.urlsafe_b64encode(sealed).decode()}"

    def open(self, sealed: str, *, about: str) -> str:
        with _translated():
            version, key_id, text = sealed.split(".")
            key = self._keys.get(key_id)
            if version != VERSION or key is None:
                raise Refused("sealed with a key that is not known here", reason="unknown_key")
            whole = base64.b64decode(text.encode("ascii"), b"-_", validate=True)
            return key.decrypt(whole[:NONCE], whole[NONCE:], _bound(key_id, about)).decode()


def _derived(key: str, use: bytes) -> bytes:
    """32 bytes for one use; keys are long random texts, so that nothing slower is needed."""
    return hmac.digest(key.encode(), b"cxb secret box " + use, hashlib.sha256)


def _id(key: str) -> str:
    return _derived(key, b"id").hex()[:8]


def _bound(key_id: str, about: str) -> bytes:
    return f"{VERSION}.{key_id}.{about}".encode("utf-8", "surrogatepass")


@contextmanager
def _translated() -> Iterator[None]:
    """One answer to everything that is not genuine."""
    try:
        yield
    except (InvalidTag, ValueError):
        raise Refused("not sealed here, or changed since, or moved") from None

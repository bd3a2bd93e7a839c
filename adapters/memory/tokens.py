"""The memory twin of tokens: claims as JSON, with a seal."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import replace
from datetime import datetime

import msgspec

from ports.errors import Refused
from ports.messages.decoders import decoder_of
from ports.tokens import Claims, Tokens


class MemoryTokens(Tokens):
    """`<claims>.<HMAC-SHA256 of them>`, both in base64. Times are whole seconds, rounded down."""

    def __init__(self, secret: str = "") -> None:
        self._key = secret.encode()

    def issue(self, claims: Claims) -> str:
        whole = replace(claims, expires_at=claims.expires_at.replace(microsecond=0))
        body = base64.urlsafe_b64encode(msgspec.json.encode(whole)).rstrip(b"=")
        return f"{body.decode()}.{self._seal(body)}"

    def read(self, token: str, *, purpose: str, at: datetime) -> Claims:
        claims = self._genuine(token)
        if claims.purpose != purpose:
            raise Refused("the token is of another purpose")
        if at >= claims.expires_at:
            raise Refused("the token has run out", reason="expired")
        return claims

    def _genuine(self, token: str) -> Claims:
        try:
            body, _, seal = token.encode("ascii").partition(b".")
            if not hmac.compare_digest(seal, self._seal(body).encode()):
                raise Refused("the token is not genuine")
            return decoder_of(Claims).decode(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)))
        except (UnicodeEncodeError, binascii.Error, msgspec.DecodeError):
            raise Refused("the token is not genuine") from None

    def _seal(self, body: bytes) -> str:
        return base64.urlsafe_b64encode(hmac.digest(self._key, body, hashlib.sha256)).decode().rstrip("=")

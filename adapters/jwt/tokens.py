"""Tokens as JSON Web Tokens, after RFC 8725: one algorithm, one key, one type and audience a purpose."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

import jwt

from domain.ids import BrandId
from ports.errors import Refused
from ports.tokens import Claims, Tokens

ALGORITHM: Final = "HS256"
ISSUER: Final = "cxb"
REQUIRED: Final = ("iss", "aud", "exp", "sub", "brand", "epoch")


class JwtTokens(Tokens):
    """Signed with HMAC-SHA256. Times are whole seconds, rounded down."""

    def __init__(self, secret: str) -> None:
        self._key = secret.encode()

    def issue(self, claims: Claims) -> str:
        body = {
            "iss": ISSUER,
            "aud": claims.purpose,
            "sub": claims.subject,
            "brand": claims.brand,
            "epoch": claims.epoch,
            "exp": int(claims.expires_at.timestamp()),
        }
        return jwt.encode(body, self._key, algorithm=ALGORITHM, headers={"typ": _type(claims.purpose)})

    def read(self, token: str, *, purpose: str, at: datetime) -> Claims:
        with _translated():
            found = jwt.decode_complete(
                token,
                self._key,
                algorithms=[ALGORITHM],
                audience=purpose,
                issuer=ISSUER,
                # the time is an argument here, and is looked at below
                options={"require": list(REQUIRED), "verify_exp": False, "strict_aud": True},
            )
            if found["header"].get("typ") != _type(purpose):
                raise Refused("the token is of another type")
            body = found["payload"]
            claims = Claims(
                purpose=purpose,
                subject=str(body["sub"]),
                brand=BrandId(str(body["brand"])),
                expires_at=datetime.fromtimestamp(int(body["exp"]), UTC),
                epoch=int(body["epoch"]),
            )
        if at >= claims.expires_at:
            raise Refused("the token has run out", reason="expired")
        return claims


def _type(purpose: str) -> str:
    return f"cxb-{purpose}+jwt"


@contextmanager
def _translated() -> Iterator[None]:
    """One answer to every token that is not genuine, so that nobody learns which part of it was right."""
    try:
        yield
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
        raise Refused("the token is not genuine") from None

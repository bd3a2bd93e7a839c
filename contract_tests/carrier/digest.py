"""Digest access authentication as SIP uses it: MD5, with or without qop=auth (RFC 2617, RFC 3261 section 22)."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_FIELD: Final = re.compile(r'(?:^|,)\s*([A-Za-z-]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s,"]+))')


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    user: str
    password: str
    realm: str = "carrier.test"


def fields(value: str) -> dict[str, str]:
    """Of an Authorization or WWW-Authenticate header; {} for another scheme than Digest."""
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() != "digest":
        return {}
    return {name.lower(): quoted or bare for name, quoted, bare in _FIELD.findall(rest)}


def challenge(credentials: Credentials, nonce: str, *, stale: bool = False) -> str:
    more = ", stale=true" if stale else ""
    return f'Digest realm="{credentials.realm}", nonce="{nonce}", algorithm=MD5, qop="auth"{more}'


def response(credentials: Credentials, method: str, asked: Mapping[str, str]) -> str:
    """`asked` has realm, nonce and uri, and with qop also nc and cnonce."""
    secret = _md5(f"{credentials.user}:{asked.get('realm', '')}:{credentials.password}")
    what = _md5(f"{method}:{asked.get('uri', '')}")
    nonce = asked.get("nonce", "")
    if asked.get("qop"):
        nonce = f"{nonce}:{asked.get('nc', '')}:{asked.get('cnonce', '')}:{asked['qop']}"
    return _md5(f"{secret}:{nonce}:{what}")


def is_right(credentials: Credentials, method: str, given: Mapping[str, str], nonces: frozenset[str]) -> bool:
    """Whether the answer is the right one to a challenge that we made."""
    right = response(credentials, method, given)
    return (
        given.get("username") == credentials.user
        and given.get("realm") == credentials.realm
        and given.get("nonce") in nonces
        and hmac.compare_digest(given.get("response", "").encode(), right.encode())
    )


def authorization(credentials: Credentials, method: str, target: str, asked: Mapping[str, str], cnonce: str) -> str:
    """The header that answers a challenge."""
    given = {"realm": asked.get("realm", ""), "nonce": asked.get("nonce", ""), "uri": target}
    if "auth" in re.split(r"[\s,]+", asked.get("qop", "")):
        given |= {"qop": "auth", "nc": "00000001", "cnonce": cnonce}
    quoted = {"username": credentials.user, **given, "response": response(credentials, method, given)}
    return "Digest " + ", ".join(
        f"{name}={value}" if name in {"qop", "nc"} else f'{name}="{value}"' for name, value in quoted.items()
    )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()

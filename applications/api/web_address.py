"""What counts as an address that may be called over HTTP."""

from typing import Final
from urllib.parse import urlsplit

from domain.errors import Fault, InvalidValue

LONGEST: Final = 2_048


def require_web_address(url: str, field: str) -> str:
    """The address, when it is one. Raises InvalidValue."""
    reason = _fault(url)
    if reason:
        raise InvalidValue(Fault(field=field, reason=reason))
    return url


def _fault(url: str) -> str | None:
    if len(url) > LONGEST or not url.isprintable() or " " in url:
        return f"must be an address of at most {LONGEST} visible characters"
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # raises for what is no port
    except ValueError:
        return "is not an address"
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return "must begin with https:// or http:// and name a host"
    if parts.username or parts.password or parts.fragment:
        return "must hold no user, password or fragment"
    return None

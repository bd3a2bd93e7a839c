"""Whether a request comes from one of our own processes."""

import hmac
from ipaddress import ip_address
from typing import Final

from adapters.asgi.protocol import Scope, header

PROOF: Final = b"x-cxbcore-secret"
BEARER: Final = b"Bearer "
FORWARDED: Final = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host")


def shows(scope: Scope, secret: str) -> bool:
    """Whether it shows the internal secret, in its own header or as a bearer token. An empty one opens nothing."""
    shown = (header(scope, PROOF), header(scope, b"authorization").removeprefix(BEARER))
    return bool(secret) and any(hmac.compare_digest(each, secret.encode()) for each in shown)


def is_from_here(scope: Scope) -> bool:
    """Whether it comes from this machine, and no proxy of this machine passed it on."""
    client = scope.get("client")
    if not client or any(header(scope, name) for name in FORWARDED):
        return False
    try:
        return ip_address(client[0]).is_loopback
    except ValueError:
        return False

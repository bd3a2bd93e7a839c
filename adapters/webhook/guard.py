"""Keeps pushes away from addresses that are not on the open internet: loopback, intranet, cloud metadata."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, TypeAlias

import httpcore
import httpx

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]

NEVER: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "fec0::/10",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "::/96",
    )
)
"""Ranges that Python 3.11 calls global, in part, and that lead inside all the same: NAT64, 6to4, Teredo and others."""


CONNECT_SECONDS: Final = 5.0
"""For each address of a name, so that a dead one leaves time for the next."""


class AddressRefused(Exception):
    """The name leads, or may lead, to an address that is not on the open internet."""


def may_reach(address: str, allowed: Iterable[Network]) -> bool:
    """Whether a push may go there: on the open internet, or in one of the networks that somebody allowed."""
    ip = _unwrapped(ipaddress.ip_address(address))
    if any(ip in network for network in allowed if network.version == ip.version):
        return True
    inside = not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_link_local
    return not inside and not any(ip in network for network in NEVER if network.version == ip.version)


def _unwrapped(ip: Address) -> Address:
    """The IPv4 address within ::ffff:a.b.c.d, which is where the packets would go."""
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return mapped or ip


async def resolved(host: str, port: int) -> Sequence[str]:
    """All addresses of a name, as the system finds them."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise httpcore.ConnectError("the name has no address") from None
    return [str(address[0]) for *_, address in found]


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves once, looks at every address, and connects to those it looked at: a name that changes its mind
    between the look and the connection gains nothing. TLS still sees the name."""

    def __init__(self, allowed: Iterable[Network], resolve: Resolve) -> None:
        self._inner = httpcore.AnyIOBackend()
        self._allowed = tuple(allowed)
        self._resolve = resolve

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._resolve(host, port)
        if not addresses or not all(may_reach(address, self._allowed) for address in addresses):
            raise AddressRefused
        limit = CONNECT_SECONDS if timeout is None else min(timeout, CONNECT_SECONDS)
        failure: Exception = httpcore.ConnectError("no address answers")
        for address in addresses:
            try:
                return await self._inner.connect_tcp(address, port, limit, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002  # the backend's own signature
        timeout: float | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        raise AddressRefused

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport, whose every connection goes through the guard."""

    def __init__(self, allowed: Iterable[Network], resolve: Resolve = resolved) -> None:
        super().__init__(trust_env=False)
        # httpx has no public way to give its pool a backend; the attack table fails when this name moves
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=50,
            max_keepalive_connections=20,
            keepalive_expiry=5.0,
            network_backend=GuardedBackend(allowed, resolve),
        )

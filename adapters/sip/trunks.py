"""The SIP trunks as the API knows them, and which of them an address belongs to."""

import asyncio
import socket
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias

import structlog

from domain.ids import TrunkId
from domain.routing.sip import SipSettings
from ports.carrier_desk import CarrierDesk
from ports.clock import Clock
from ports.errors import PortError
from ports.messages.sip import SipAccount

Network: TypeAlias = IPv4Network | IPv6Network

ASK_EVERY: Final = 5.0
"""Seconds between looks at the API."""

ASK_SOON: Final = 1.0
"""Seconds while it has never answered."""

log = structlog.get_logger()


class Trunks:
    """While the API does not answer, those that were known last."""

    def __init__(self, desk: CarrierDesk, clock: Clock) -> None:
        self.accounts: Mapping[TrunkId, SipAccount] = {}
        self._hosts: Mapping[TrunkId, tuple[Network, ...]] = {}
        self._trusted: Mapping[TrunkId, tuple[Network, ...]] = {}
        self._desk = desk
        self._clock = clock
        self._asked = False
        self._silent = False
        self._soon = asyncio.Event()

    def ask_soon(self) -> None:
        self._soon.set()

    async def wait(self) -> None:
        """Until it is time to ask again, or somebody wants to know."""
        seconds = ASK_EVERY if self._asked else ASK_SOON
        waiting = [asyncio.ensure_future(self._clock.sleep(seconds)), asyncio.ensure_future(self._soon.wait())]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()
        self._soon.clear()

    async def ask(self) -> bool:
        """Whether the API answered."""
        try:
            found = await self._desk.accounts()
        except PortError as error:
            if not self._silent:
                log.warning("sip_accounts_not_asked", error=type(error).__name__, known=len(self.accounts))
            self._silent = True
            return False
        self._asked, self._silent = True, False
        await self._learn(found)
        return True

    async def _learn(self, found: Sequence[SipAccount]) -> None:
        hosts = await asyncio.gather(*(_addresses(account.sip) for account in found))
        self._hosts = {  # a name server that is away takes no trunk away
            account.trunk_id: addresses or self._host_before(account)
            for account, addresses in zip(found, hosts, strict=True)
        }
        self._trusted = {account.trunk_id: tuple(map(ip_network, account.sip.trusted)) for account in found}
        self.accounts = {account.trunk_id: account for account in found}

    def _host_before(self, account: SipAccount) -> tuple[Network, ...]:
        before = self.accounts.get(account.trunk_id)
        return self._hosts[account.trunk_id] if before is not None and before.sip.host == account.sip.host else ()

    def at(self, address: str) -> Sequence[SipAccount]:
        """Whose calls come from there: the trunks whose host it is, and those that trust it."""
        ip = ip_address(address)
        return [
            account
            for trunk_id, account in self.accounts.items()
            if _within(ip, (*self._hosts[trunk_id], *self._trusted[trunk_id]))
        ]

    def some_address(self) -> str | None:
        """Of any trunk's host."""
        return next((str(one.network_address) for hosts in self._hosts.values() for one in hosts), None)


def _within(ip: IPv4Address | IPv6Address, networks: Iterable[Network]) -> bool:
    return any(ip.version == network.version and ip in network for network in networks)


async def _addresses(sip: SipSettings) -> tuple[Network, ...]:
    """Of the trunk's host; none when it has no name just now."""
    host = sip.host.strip("[]")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, sip.port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        log.warning("sip_host_not_found", host=host)
        return ()
    return tuple(dict.fromkeys(ip_network(entry[4][0]) for entry in found))

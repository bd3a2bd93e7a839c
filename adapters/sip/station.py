"""The SIP stack with our identities on it: opened with the first trunk, it stays open."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

import structlog
from baresip import Account

from adapters.sip.call import SipCall
from adapters.sip.identities import NOBODY, Identities, headers_for_call, identity_for_call, own_identity
from adapters.sip.registrations import Registrations
from adapters.sip.sources import Sources
from adapters.sip.stack import SipPlace, SipStack
from domain.routing.sip import SipTransport
from ports.clock import Clock
from ports.errors import PortError
from ports.messages.sip import SipAccount
from ports.telephony import DialOrder

CALL_ID: Final = "X-CXB-Call-Id"

log = structlog.get_logger()


class Station:
    """`came` is given each call that comes in."""

    def __init__(self, clock: Clock, came: Callable[[SipCall], None]) -> None:
        self._stack = SipStack(clock, came)
        self._identities = Identities(self._stack)
        self._registrations = Registrations(self._identities)

    @property
    def sources(self) -> Sources:
        return self._stack.sources

    async def open(self, place: SipPlace) -> None:
        """Raises Unavailable, such as when the port is somebody else's."""
        await self._stack.start(place)
        for transport in SipTransport:  # an account of the one takes no calls by the other
            user = f"{NOBODY}-{transport.value}"
            door = Account(user=user, domain=place.address, password="", reg_interval=0, transport=transport.value)
            await self._stack.agent(door, open_to_all=True)
        log.info("sip_open", address=place.address, port=place.port, rtp_ports=place.rtp_ports)

    async def follow(self, accounts: Iterable[SipAccount], tasks: asyncio.TaskGroup) -> None:
        """Register with those that want it, and with no others."""
        wanted = [own_identity(account) for account in accounts if account.sip.register]
        await self._registrations.follow(wanted, tasks)

    async def dial(self, account: SipAccount, order: DialOrder) -> SipCall:
        """The INVITE is out. However it is interrupted, no call is left that nobody knows. Raises Busy, Unavailable.

        Shielded, because Python 3.11's wait_for, inside the library, may swallow a cancellation.
        """
        dialling = asyncio.ensure_future(self._dial(account, order))
        try:
            return await asyncio.shield(dialling)
        except asyncio.CancelledError:
            with suppress(PortError):
                call = await dialling
                await call.hang_up()
            raise

    async def _dial(self, account: SipAccount, order: DialOrder) -> SipCall:
        sip = account.sip
        agent = await self._identities.agent(identity_for_call(account, order.caller_number))
        headers = {CALL_ID: order.call_id, **headers_for_call(account, order.caller_number)}
        uri = f"sip:{order.to}@{sip.host}:{sip.port};transport={sip.transport.value}"
        return await self._stack.dial(agent, uri, headers)

    async def aclose(self) -> None:
        await self._registrations.aclose()
        await self._stack.aclose()
        log.info("sip_closed", identities=len(self._identities))

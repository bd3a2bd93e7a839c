"""Who calls us by SIP: let in when a trunk stands for them, turned away when none does."""

import asyncio
from collections.abc import AsyncIterator, Callable

import structlog

from adapters.sip.call import SipCall
from adapters.sip.incoming import UNCARRIED, SipIncoming
from adapters.sip.numbers import caller_of, e164_where_told, user_of
from adapters.sip.sources import Sources
from adapters.sip.ticker import Ticker
from adapters.sip.trunks import Trunks
from domain.ids import TrunkId
from ports.carrier import Arrival, Incoming, Refer

log = structlog.get_logger()


class Door:
    """An INVITE belongs to the trunk that its packet came from; the address that the packet says is not asked."""

    def __init__(self, trunks: Trunks, ticker: Ticker, refer: Callable[[SipCall, TrunkId], Refer]) -> None:
        self.refused = 0
        self._trunks = trunks
        self._ticker = ticker
        self._refer = refer
        self._waiting: asyncio.Queue[SipIncoming] = asyncio.Queue()

    async def arrivals(self) -> AsyncIterator[Incoming]:
        while True:
            yield await self._waiting.get()

    async def receive(self, call: SipCall, sources: Sources) -> None:
        """Returns when somebody carries it, it was turned away, or its caller has gone."""
        invited = await sources.of(call.call_id)
        trunk_id = self._trunks.trunk_at(invited.host) if invited else None
        if invited is None or trunk_id is None:
            self.refused += 1
            log.warning("sip_caller_unknown", pii_host=invited.host if invited else "", refused=self.refused)
            await call.hang_up()
            return
        number = self._number(call, invited.uri, trunk_id)
        arrival = Arrival(trunk_id=trunk_id, number=number, caller=caller_of(call.headers))
        incoming = SipIncoming(arrival, call, self._ticker, self._refer(call, trunk_id))
        self._waiting.put_nowait(incoming)
        try:
            async with asyncio.timeout(UNCARRIED):
                await incoming.carried.wait()
        except TimeoutError:
            log.warning("sip_caller_not_carried", trunk_id=trunk_id)
            await call.hang_up()

    def _number(self, call: SipCall, uri: str, trunk_id: TrunkId) -> str:
        """From the Request-URI, unless that is the contact that we registered: then from To."""
        user, account = user_of(uri), self._trunks.accounts.get(trunk_id)
        is_contact = account is not None and account.sip.register and user.startswith(account.sip.username)
        return e164_where_told(user_of(call.headers.get("To", "")) if is_contact else user)

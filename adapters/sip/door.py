"""Who calls us by SIP: let in when a trunk stands for them, turned away when none does."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import structlog

from adapters.sip.call import SipCall
from adapters.sip.incoming import SipIncoming
from adapters.sip.numbers import caller_of, e164_where_told, user_of
from adapters.sip.sources import Sources
from adapters.sip.strangers import Strangers
from adapters.sip.ticker import Ticker
from adapters.sip.trunks import Trunks
from domain.ids import TrunkId
from ports.carrier import Arrival, Incoming, Refer
from ports.messages.sip import SipAccount

log = structlog.get_logger()


class Door:
    """An INVITE belongs to the trunk that its packet came from; the address that the packet says is not asked."""

    def __init__(self, trunks: Trunks, ticker: Ticker, refer: Callable[[SipCall, TrunkId], Refer]) -> None:
        self._trunks = trunks
        self._ticker = ticker
        self._refer = refer
        self._strangers = Strangers()
        self._waiting: asyncio.Queue[SipIncoming] = asyncio.Queue()

    async def arrivals(self) -> AsyncIterator[Incoming]:
        while True:
            yield await self._waiting.get()

    async def receive(self, call: SipCall, sources: Sources) -> None:
        """Returns when somebody carries it, it was turned away, or its caller has gone."""
        invited = await sources.of(call.call_id)
        accounts = self._trunks.at(invited.host) if invited is not None else ()
        if invited is None or not accounts:
            self._strangers.came(invited.host if invited else "")
            await call.hang_up()
            return
        arrival = _arrival(accounts, user_of(invited.uri), call.headers)
        incoming = SipIncoming(arrival, call, self._ticker, self._refer(call, arrival.trunk_id))
        self._waiting.put_nowait(incoming)
        if not await incoming.taken():
            log.warning("sip_caller_not_carried", trunk_id=arrival.trunk_id)
            await call.hang_up()


def _arrival(accounts: Sequence[SipAccount], user: str, headers: Mapping[str, str]) -> Arrival:
    """What was called stands in the Request-URI, unless that is the contact that one of the trunks has of us: then it
    is that trunk's, and stands in To. Of several trunks at one address it is otherwise the first's."""
    caller = caller_of(headers)
    for account in accounts:
        if account.sip.register and user == account.sip.username:
            number = e164_where_told(user_of(headers.get("To", "")))
            return Arrival(trunk_id=account.trunk_id, number=number, caller=caller)
    return Arrival(trunk_id=accounts[0].trunk_id, number=e164_where_told(user), caller=caller)

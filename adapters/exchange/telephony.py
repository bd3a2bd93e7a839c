"""Phone legs of the exchange."""

from collections.abc import AsyncIterator
from typing import Final

from adapters.exchange.connection import ExchangeConnection
from adapters.exchange.wire import CutLeg, Dial, Done, Find, Found, PickUp, ReferLeg, Watch
from domain.ids import CallId
from ports.telephony import DialOrder, Leg, LegEvent, Telephony

REFER_SECONDS: Final = 60.0
"""How long whoever is called instead of us may let it ring."""


class ExchangeTelephony(Telephony):
    """Legs live in the exchange: they go on when this process or its connection does not."""

    def __init__(self, connection: ExchangeConnection) -> None:
        self._connection = connection

    async def dial(self, order: DialOrder) -> None:
        session = await self._connection.session()
        await session.ask(Dial(order=order), Done)

    async def watch(self, call_id: CallId) -> AsyncIterator[LegEvent]:
        session = await self._connection.session()
        async for event in session.follow(Watch(call_id=call_id)):
            yield event

    async def answer(self, call_id: CallId) -> None:
        session = await self._connection.session()
        await session.ask(PickUp(call_id=call_id), Done)

    async def refer(self, call_id: CallId, to: str) -> None:
        session = await self._connection.session()
        await session.ask(ReferLeg(call_id=call_id, to=to), Done, within=REFER_SECONDS)

    async def hang_up(self, call_id: CallId) -> None:
        session = await self._connection.session()
        await session.ask(CutLeg(call_id=call_id), Done)

    async def find(self, call_id: CallId) -> Leg:
        session = await self._connection.session()
        return (await session.ask(Find(call_id=call_id), Found)).leg

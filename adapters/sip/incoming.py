"""A call that came in by SIP: it rings until it is wanted."""

import asyncio
from contextlib import suppress
from typing import Final

from adapters.sip.call import SipCall, Step
from adapters.sip.ends import GIVEN_UP, NO_ACK
from adapters.sip.talk import talk
from adapters.sip.ticker import Ticker
from ports.carrier import Arrival, Incoming, LegEnd, Reception, Refer
from ports.errors import NotFound

UNCARRIED: Final = 5.0
"""Seconds after which whoever is not carried gets the busy tone."""

ACKNOWLEDGING: Final = 10.0
"""Seconds that the caller's ACK may take."""


class SipIncoming(Incoming):
    """The stack has sent 180 by itself. All that it can refuse with is 486."""

    def __init__(self, arrival: Arrival, call: SipCall, ticker: Ticker, refer: Refer) -> None:
        self.arrival = arrival
        self._carried = asyncio.Event()
        self._call = call
        self._ticker = ticker
        self._refer = refer

    async def carry(self, reception: Reception) -> LegEnd:
        self._carried.set()
        try:
            if not await self._wanted(reception):
                return GIVEN_UP
            if not await self._picked_up():
                return self._call.end or NO_ACK
            link = await reception.answered(self._refer)
            try:
                return await talk(self._call, link, self._ticker)
            finally:
                await link.leave()
        finally:
            await self._call.hang_up()

    async def taken(self) -> bool:
        """Returns as soon as somebody carries it; false when nobody does, or its caller has gone before."""
        async with asyncio.TaskGroup() as tasks:
            carried = tasks.create_task(self._carried.wait())
            over = tasks.create_task(self._call.over.wait())
            await asyncio.wait({carried, over}, timeout=UNCARRIED, return_when=asyncio.FIRST_COMPLETED)
            for task in (carried, over):
                task.cancel()
        return self._carried.is_set()

    async def _wanted(self, reception: Reception) -> bool:
        """False when its caller gives up first."""
        async with asyncio.TaskGroup() as tasks:
            wanted = tasks.create_task(reception.wanted())
            over = tasks.create_task(self._call.over.wait())
            await asyncio.wait({wanted, over}, return_when=asyncio.FIRST_COMPLETED)
            for task in (wanted, over):
                task.cancel()
        return not self._call.over.is_set()

    async def _picked_up(self) -> bool:
        """Answered, and acknowledged by the caller."""
        with suppress(NotFound, TimeoutError):
            await asyncio.shield(asyncio.ensure_future(self._call.answer()))
            async with asyncio.timeout(ACKNOWLEDGING):
                while await self._call.steps.get() is not Step.OVER:
                    if self._call.answered:
                        return True
        return False

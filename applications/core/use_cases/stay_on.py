"""After a transfer Core stays in the room, silent and recording, until one of the two leaves it."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final

from applications.core.call_notes import note_of_order
from applications.core.leg_channel import LegChannel
from applications.core.use_cases.open_call import Orders
from domain.calls.ending import DRAINING
from domain.calls.result import EndedBy
from domain.calls.room import CALLEE, TARGET
from domain.ids import CallId
from ports.audio_links import AudioLink, Left
from ports.call_journal import JournalWriter
from ports.clock import Clock
from ports.errors import NotFound, Unavailable
from ports.messages.core import End
from ports.telephony import HangUp, LegKind, Telephony

LEG_TELLS_WITHIN: Final = 0.5
"""Seconds within which the leg of a party that left the room says who ended it; a browser's has no leg to say so."""

PARTIES: Final = {CALLEE: EndedBy.CALLEE, TARGET: EndedBy.TARGET}


@dataclass(frozen=True, slots=True, kw_only=True)
class StayOn:
    """Whoever is still there when it returns is alone: the call is to be ended."""

    telephony: Telephony
    channel: LegChannel
    clock: Clock

    async def __call__(
        self, call_id: CallId, target_leg: CallId, link: AudioLink, orders: Orders, journal: JournalWriter
    ) -> EndedBy:
        """Who ended it, SYSTEM for a limit and for a line that is lost."""
        return await _first_of(
            self._until_leg_ends(call_id, EndedBy.CALLEE),
            self._until_leg_ends(target_leg, EndedBy.TARGET),
            self._until_somebody_leaves(link),
            self._until_ordered(orders, journal),
            self._keep_channel(call_id, target_leg),
        )

    async def _until_leg_ends(self, leg_id: CallId, party: EndedBy) -> EndedBy:
        try:
            async for event in self.telephony.watch(leg_id):
                if event.kind is LegKind.ENDED and event.by is HangUp.CALLEE:
                    return party
        except NotFound:
            await asyncio.Event().wait()  # it is no telephone's: only the room can tell
        except Unavailable:
            pass
        return EndedBy.SYSTEM

    async def _until_somebody_leaves(self, link: AudioLink) -> EndedBy:
        """Reading is what records."""
        async for event in link.events():
            if isinstance(event, Left) and event.party in PARTIES:
                await self.clock.sleep(LEG_TELLS_WITHIN)
                return PARTIES[event.party]
        return EndedBy.SYSTEM

    async def _until_ordered(self, orders: Orders, journal: JournalWriter) -> EndedBy:
        while not isinstance(order := await orders.get(), End):
            pass
        journal.note(note_of_order(order, self.clock.now()))
        return EndedBy.SYSTEM if order.reason == DRAINING else EndedBy.OPERATOR

    async def _keep_channel(self, call_id: CallId, target_leg: CallId) -> EndedBy:
        """Until the call is over: the API frees it when it has the result, which it gets when both legs have ended."""
        await self.channel.keep(call_id, target_leg)
        return EndedBy.SYSTEM


async def _first_of(*ways: Coroutine[Any, Any, EndedBy]) -> EndedBy:
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(way) for way in ways]
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
    return next(task.result() for task in waiting if task in done)

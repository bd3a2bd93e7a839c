"""Calls that come in to the exchange: who is asked, and what becomes of those whom nobody takes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from adapters.memory.arrivals import Arrivals
from adapters.memory.carrier import MemoryCarrier
from adapters.memory.carrier_desk import MemoryCarrierDesk
from adapters.memory.clock import MemoryClock
from adapters.memory.ids import MemoryIds
from adapters.memory.leg_journal import MemoryLegJournal
from adapters.memory.rooms import MemoryRooms
from adapters.memory.telephony import MemoryTelephony
from domain.ids import CallId, TrunkId
from domain.routing.did import TurnedAway
from ports.carrier import Arrival
from ports.errors import Unavailable
from ports.telephony import LegEvent, LegKind

pytestmark = pytest.mark.virtual_time

TRUNK = TrunkId("trunk_1")
OURS, NOBODYS = "+12025550100", "+12025550101"


@dataclass(frozen=True, kw_only=True)
class Exchange:
    rooms: MemoryRooms
    telephony: MemoryTelephony
    carrier: MemoryCarrier
    desk: MemoryCarrierDesk
    clock: MemoryClock

    async def call_id(self) -> CallId:
        """Of the first one that the desk was asked about."""
        while not self.desk.arrived:
            await self.clock.sleep(0.01)
        return next(iter(self.desk.arrived))

    async def told(self, call_id: CallId) -> list[LegEvent]:
        return [event async for event in self.telephony.watch(call_id)]

    def called(self, number: str = OURS) -> None:
        self.carrier.call_in(Arrival(trunk_id=TRUNK, number=number, caller="+14155550123"))


@asynccontextmanager
async def exchange() -> AsyncIterator[Exchange]:
    clock = MemoryClock()
    rooms, carrier = MemoryRooms(clock), MemoryCarrier({}, clock)
    telephony = MemoryTelephony(rooms, {TRUNK: carrier}.get, MemoryLegJournal(), clock)
    desk = MemoryCarrierDesk(turned_away={NOBODYS: TurnedAway.UNKNOWN_NUMBER})
    arrivals = Arrivals(rooms, telephony, desk, MemoryIds(), clock)
    async with telephony.running(), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(arrivals.run(carrier))
        yield Exchange(rooms=rooms, telephony=telephony, carrier=carrier, desk=desk, clock=clock)
        running.cancel()


async def test_a_call_rings_in_its_room_until_it_is_answered_and_its_room_goes_with_it() -> None:
    async with exchange() as here:
        here.called()
        call_id = await here.call_id()
        assert here.desk.arrived[call_id].caller == "+14155550123"
        await here.telephony.answer(call_id)
        await here.telephony.hang_up(call_id)
        assert [event.kind for event in await here.told(call_id)][-1] is LegKind.ENDED
        await here.clock.sleep(0.1)
        assert here.rooms.find(call_id) is None


async def test_who_calls_a_number_of_nobody_is_turned_away() -> None:
    async with exchange() as here:
        here.called(NOBODYS)
        assert (await here.told(await here.call_id()))[-1].status == 486


async def test_an_api_that_is_away_for_a_moment_loses_no_caller() -> None:
    async with exchange() as here:
        here.desk.failing = Unavailable("no API")
        here.called()
        await here.clock.sleep(0.5)
        here.desk.failing = None
        call_id = await here.call_id()
        await here.telephony.answer(call_id)
        await here.telephony.hang_up(call_id)


async def test_nobody_is_kept_waiting_while_the_api_is_away() -> None:
    async with exchange() as here:
        here.desk.failing = Unavailable("no API")
        here.called()
        await here.clock.sleep(10.0)
        assert (here.telephony.legs, len(here.rooms)) == (0, 0)


async def test_a_call_that_no_core_answers_is_given_up() -> None:
    async with exchange() as here:
        here.called()
        events = await here.told(await here.call_id())
        assert (events[-1].status, here.telephony.legs) == (408, 0)

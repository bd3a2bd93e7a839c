"""What calls leave behind when those who should know of them are gone: their control process, or the API."""

import asyncio
from dataclasses import dataclass
from typing import cast

import pytest

from applications.core.call_notes import facts_of
from applications.core.call_service import CallService
from applications.core.call_wire import Carry, Pass, line
from applications.core.news_teller import NewsTeller
from domain.calls.ending import ending_of
from domain.calls.outcome import Outcome
from domain.calls.room import Invitation
from domain.calls.transcript import Speaker, Turn
from domain.ids import CallId
from ports.clock import Clock
from ports.errors import Unavailable
from ports.messages.calls import CoreJoined, TurnHeard
from ports.messages.core import Talk
from ports.rooms import Rooms
from tests.core.stage import NUMBER, SERVER, Stage, said

pytestmark = pytest.mark.virtual_time

CALL = CallId("call_1")


class Deaf:
    """A line to a control process that hears nothing any more."""

    def write(self, data: bytes) -> None:
        """Into the void."""

    def is_closing(self) -> bool:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class FarRooms(Rooms):
    """It takes a moment to hear that a room is closed, in which those in it have heard already."""

    near: Rooms
    clock: Clock

    async def open(self, room: str) -> None:
        await self.near.open(room)

    async def invite(self, room: str, party: str, *, hears: frozenset[str], heard_by: frozenset[str]) -> Invitation:
        return await self.near.invite(room, party, hears=hears, heard_by=heard_by)

    async def close(self, room: str) -> None:
        await self.near.close(room)
        await self.clock.sleep(0.1)


async def test_a_call_process_that_is_left_alone_ends_its_rooms_and_calls_no_line_lost() -> None:
    stage = Stage(callees={NUMBER: await said("hello")})
    rooms = FarRooms(near=stage.rooms, clock=stage.clock)
    service = CallService(host=stage.host, rooms=rooms, clock=stage.clock)
    reader = asyncio.StreamReader()
    async with stage.telephony.running(), asyncio.TaskGroup() as tasks:
        request = await stage.answered(CALL)
        tasks.create_task(service(reader, cast(asyncio.StreamWriter, Deaf())))
        reader.feed_data(line(Carry(request=request)) + line(Pass(call_id=CALL, order=Talk())))
        await stage.clock.sleep(2.0)
        reader.feed_eof()
        await stage.clock.sleep(2.0)
        assert stage.rooms.find(CALL) is None
    assert ending_of(facts_of(await stage.journal.read(CALL))).outcome is Outcome.CORE_LOST


async def test_that_a_core_is_in_a_call_is_said_until_it_is_heard() -> None:
    stage = Stage()
    teller = NewsTeller(CALL, stage.sink, stage.clock)
    stage.sink.failing = Unavailable("no API")
    turn = TurnHeard(turn=Turn(speaker=Speaker.BOT, text="Hello.", start=0.0, end=0.5))
    async with asyncio.TaskGroup() as tasks:
        telling = tasks.create_task(teller.run())
        teller.tell(CoreJoined(server_id=SERVER))
        teller.tell(turn)
        await stage.clock.sleep(20.0)
        stage.sink.failing = None
        await stage.clock.sleep(2.0)
        telling.cancel()
    assert [news for _, news in stage.sink.news] == [CoreJoined(server_id=SERVER), turn]

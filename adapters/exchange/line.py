"""The exchange's side of one client's connection: answers its questions and seats its links."""

import asyncio
import struct
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Final

import msgspec
import structlog
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from adapters.exchange.outbox import Outbox
from adapters.exchange.packets import Kind, pack, pack_event, unpack
from adapters.exchange.wire import (
    Answer,
    Answered,
    Asked,
    CloseRoom,
    CutLeg,
    Dial,
    Done,
    Failed,
    Find,
    Found,
    Invite,
    Invited,
    Join,
    OpenRoom,
    PickUp,
    ReferLeg,
    Seated,
    Told,
    Watch,
    encode,
    failed,
    read_question,
)
from adapters.memory.room import Seat
from adapters.memory.rooms import MemoryRooms
from adapters.pacing.ear import Listener
from domain.calls.room import Invitation
from domain.ids import CallId
from ports.audio_links import Heard, LinkEvent
from ports.clock import Clock
from ports.errors import PortError
from ports.telephony import Telephony

log = structlog.get_logger()

NO_SECRET: Final = Failed(error="Refused", message="this needs the secret", reason="secret")
MALFORMED: Final = 1007
"""The WebSocket close code for data that makes no sense."""


class FarListener(Listener):
    """A link's listener whose reader is at the other end of a connection."""

    def __init__(self, link: int, outbox: Outbox, seats: dict[int, Seat]) -> None:
        self._link = link
        self._outbox = outbox
        self._seats = seats

    def hear(self, event: LinkEvent) -> None:
        self._outbox.put(pack_event(self._link, event), sound=isinstance(event, Heard))

    def end(self) -> None:
        self._seats.pop(self._link, None)
        self._outbox.put(pack(self._link, Kind.OVER))


class Line:
    """Who is `trusted` showed the secret; others may only join by a ticket."""

    def __init__(
        self, socket: ServerConnection, rooms: MemoryRooms, telephony: Telephony, clock: Clock, *, trusted: bool
    ) -> None:
        self._socket = socket
        self._rooms = rooms
        self._telephony = telephony
        self._trusted = trusted
        self._outbox = Outbox(socket.send, clock)
        self._seats: dict[int, Seat] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def dropped(self) -> int:
        """Frames that the client was too slow for."""
        return self._outbox.dropped

    async def serve(self) -> None:
        """Until the connection is over; then its links leave at once."""
        async with asyncio.TaskGroup() as group:
            self._start(group, self._outbox.run())
            try:
                async for message in self._socket:
                    await self._take(message, group)
            except ConnectionClosed:
                pass  # a client that died: the same as one that left
            except (msgspec.MsgspecError, struct.error, ValueError):
                log.warning("exchange_client_is_malformed")
                await self._socket.close(MALFORMED)
            finally:
                self._end()

    def _end(self) -> None:
        for seat in tuple(self._seats.values()):
            seat.leave()
        for task in self._tasks:
            task.cancel()
        if self._outbox.dropped:
            log.warning("exchange_client_was_too_slow", dropped=self._outbox.dropped)

    def _start(self, group: asyncio.TaskGroup, work: Coroutine[Any, Any, None]) -> None:
        task = group.create_task(_until_closed(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take(self, message: str | bytes, group: asyncio.TaskGroup) -> None:
        if isinstance(message, bytes):
            self._play(message)
            return
        asked = read_question(message)
        if isinstance(asked.what, Watch) and self._trusted:
            self._start(group, self._tell(asked.id, asked.what.call_id))
        elif isinstance(asked.what, PickUp | ReferLeg):  # these wait for the far end, and nobody else is to wait
            self._start(group, self._reply_later(asked))
        else:
            await self._reply(asked.id, await self._answer(asked))

    def _play(self, message: bytes) -> None:
        for packet in unpack(message):
            seat = self._seats.get(packet.link)
            if seat is None:
                continue
            if packet.kind == Kind.SOUND:
                seat.play(packet.frame, packet.at)
            elif packet.kind == Kind.PRESSED:
                seat.press(packet.body.decode())
            elif packet.kind == Kind.FLUSH:
                seat.flush()
            elif packet.kind == Kind.LEAVE:
                seat.leave()

    async def _reply_later(self, asked: Asked) -> None:
        await self._reply(asked.id, await self._answer(asked))

    async def _answer(self, asked: Asked) -> Answer:
        try:
            if isinstance(asked.what, Join):
                return self._seat(asked.what)
            return await self._control(asked) if self._trusted else NO_SECRET
        except PortError as error:
            return failed(error)

    def _seat(self, join: Join) -> Seated:
        invitation = Invitation(url="", room=join.room, party=join.party, token=join.token)
        seat = self._rooms.admit(invitation, FarListener(join.link, self._outbox, self._seats))
        self._seats[join.link] = seat
        return Seated(now=seat.room.now())

    async def _control(self, asked: Asked) -> Answer:
        match asked.what:
            case OpenRoom(room=room):
                await self._rooms.open(room)
            case CloseRoom(room=room):
                await self._rooms.close(room)
            case Invite(room=room, party=party, hears=hears, heard_by=heard_by):
                return Invited(invitation=await self._rooms.invite(room, party, hears=hears, heard_by=heard_by))
            case _:
                return await self._control_leg(asked)
        return Done()

    async def _control_leg(self, asked: Asked) -> Answer:
        match asked.what:
            case Dial(order=order):
                await self._telephony.dial(order)
            case PickUp(call_id=call_id):
                await self._telephony.answer(call_id)
            case ReferLeg(call_id=call_id, to=to):
                await self._telephony.refer(call_id, to)
            case CutLeg(call_id=call_id):
                await self._telephony.hang_up(call_id)
            case Find(call_id=call_id):
                return Found(leg=await self._telephony.find(call_id))
        return Done()

    async def _tell(self, question: int, call_id: CallId) -> None:
        try:
            async for event in self._telephony.watch(call_id):
                await self._reply(question, Told(event=event))
        except PortError as error:
            await self._reply(question, failed(error))

    async def _reply(self, question: int, answer: Answer) -> None:
        await self._socket.send(encode(Answered(id=question, what=answer)), text=True)


async def _until_closed(work: Coroutine[Any, Any, None]) -> None:
    with suppress(ConnectionClosed):
        await work

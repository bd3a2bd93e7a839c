"""A call process at work: carries what it is told to, tells what is over, and ends when its control process has."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog

from applications.core.call_host import CallHost
from applications.core.call_wire import Alive, Carry, line, to_calls
from domain.ids import CallId
from ports.clock import Clock
from ports.errors import PortError
from ports.rooms import Rooms

ALIVE_SECONDS: Final = 1.0
CLOSE_SECONDS: Final = 2.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallService:
    """Left alone, it ends its calls' rooms and says nothing of them: their journals are the next Core's to read."""

    host: CallHost
    rooms: Rooms
    clock: Clock

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self.host.running(), asyncio.TaskGroup() as tasks:
            telling = [
                tasks.create_task(self._tell_finished(writer)),
                tasks.create_task(self._tell_alive(writer)),
            ]
            async for message in to_calls(reader):
                if isinstance(message, Carry):
                    await self.host.start(message.request)
                else:
                    await self.host.order(message.call_id, message.order)
            for task in telling:
                task.cancel()
            left = self.host.live()
        await self._close_rooms(left)  # when nobody is at work in them: no journal is to say that the line was lost

    async def _tell_finished(self, writer: asyncio.StreamWriter) -> None:
        async for finished in self.host.finished():
            writer.write(line(finished))

    async def _tell_alive(self, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            writer.write(line(Alive()))
            await self.clock.sleep(ALIVE_SECONDS)

    async def _close_rooms(self, live: tuple[CallId, ...]) -> None:
        if live:
            log.warning("left_alone", live=len(live))
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS), asyncio.TaskGroup() as tasks:
                for call_id in live:
                    tasks.create_task(self._close_room(call_id))

    async def _close_room(self, call_id: CallId) -> None:
        with suppress(PortError):
            await self.rooms.close(call_id)

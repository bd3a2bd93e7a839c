"""Comes into a call's room to hear its callee, while it rings already: whoever answers says hello at once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from domain.calls.call import Call
from domain.calls.room import CALLEE, DIALLER
from ports.audio_links import AudioLink, AudioLinks
from ports.errors import PortError
from ports.rooms import Rooms

log = structlog.get_logger()


class Place:
    """The Dialler's in one room: taken when it is first asked for."""

    def __init__(self, tasks: asyncio.TaskGroup, join: Callable[[], Coroutine[Any, Any, AudioLink | None]]) -> None:
        self._tasks = tasks
        self._join = join
        self._joining: asyncio.Task[AudioLink | None] | None = None

    def take(self) -> None:
        """Begin to join. What is heard from then on waits for whoever listens."""
        self._joining = self._joining or self._tasks.create_task(self._join())

    async def link(self) -> AudioLink | None:
        """None when the room cannot be joined."""
        joining = self._joining = self._joining or self._tasks.create_task(self._join())
        return await joining

    async def leave(self) -> None:
        if self._joining is None:
            return
        self._joining.cancel()
        await asyncio.wait({self._joining})
        link = None if self._joining.cancelled() else self._joining.result()
        if link is not None:
            await link.leave()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenIn:
    """A media server takes a third of a second to let somebody in who hears at once: as long as half of a hello."""

    rooms: Rooms
    links: AudioLinks

    @asynccontextmanager
    async def __call__(self, call: Call) -> AsyncIterator[Place]:
        """The place is given up in the end."""
        async with asyncio.TaskGroup() as tasks:
            place = Place(tasks, partial(self._join, call))
            try:
                yield place
            finally:
                await place.leave()

    async def _join(self, call: Call) -> AudioLink | None:
        try:
            invitation = await self.rooms.invite(call.id, DIALLER, hears=frozenset({CALLEE}), heard_by=frozenset())
            link = await self.links.join(invitation)
        except PortError:
            return None
        log.info("listening")
        return link

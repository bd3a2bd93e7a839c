"""One party's connection to a room of LiveKit, from its ticket to its end."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import structlog
from livekit import rtc

from adapters.livekit.company import Company
from adapters.livekit.errors import translated
from adapters.livekit.mouth import Mouth
from adapters.livekit.tickets import Ticket
from adapters.pacing.ear import Listener
from domain.calls.room import Invitation
from ports.clock import Clock
from ports.errors import PortError, Refused, Unavailable

log = structlog.get_logger()

CONNECT_SECONDS: Final = 3.0
"""For one try to reach the server; the library makes several."""

PUBLISH_SECONDS: Final = 3.0
SETTLE_SECONDS: Final = 3.0
"""For hearing those who are there, and being heard, before a join is done."""

GRACE_SECONDS: Final = 5.0
"""How long a lost connection may take to come back, and then those of the others who were lost with it."""

LEAVE_SECONDS: Final = 2.0


class Seat:
    """Taken and given up again by `run`. `entered` is done once the party is in, or fails; `over` ends it, and `left`
    is set when that is done."""

    def __init__(self, ticket: Ticket, listener: Listener, clock: Clock) -> None:
        self._ticket = ticket
        self._listener = listener
        self._clock = clock
        self._opened = 0.0
        self._room = rtc.Room()
        self._giving_up: asyncio.TimerHandle | None = None
        self.mouth = Mouth()
        self.company = Company(self._room, ticket, listener, self.now)
        self.entered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.over = asyncio.Event()
        self.left = asyncio.Event()
        self._room.on("disconnected", lambda _: self.end())
        self._room.on("reconnecting", self._hope)
        self._room.on("reconnected", self._go_on)
        self._room.on("participant_connected", lambda _: self._allow())

    def now(self) -> float:
        """Seconds since the server made the room, by its wall clock and ours."""
        return self._clock.monotonic() - self._opened

    async def run(self, invitation: Invitation) -> None:
        """A connection that is being made is never broken off: the library would leave a ghost in the room."""
        try:
            await self._connect(invitation)
            if not self.over.is_set():
                async with asyncio.TaskGroup() as voices:
                    await self._stay(voices)
        except PortError as error:
            self._fail(error)
        finally:
            self.end()
            with suppress(TimeoutError):
                async with asyncio.timeout(LEAVE_SECONDS):
                    await self._room.disconnect()
            await self.mouth.close()
            self._fail(Unavailable("this link is over"))
            self.left.set()

    def end(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
        self.over.set()
        self._listener.end()

    async def _connect(self, invitation: Invitation) -> None:
        options = rtc.RoomOptions(auto_subscribe=False, connect_timeout=CONNECT_SECONDS)
        with translated():
            await self._room.connect(invitation.url, invitation.token, options)
        age = (self._clock.now() - self._room.creation_time).total_seconds()
        self._opened = self._clock.monotonic() - age

    async def _stay(self, voices: asyncio.TaskGroup) -> None:
        self.company.meet(voices)
        try:
            await self._enter()
            await self.over.wait()
        except PortError as error:
            self._fail(error)
        finally:
            self.company.part()

    async def _enter(self) -> None:
        with translated():
            async with asyncio.timeout(PUBLISH_SECONDS):
                if await self._room.sid != self._ticket.session:
                    raise Refused("this room is another one of that name", reason="closed")
                voice = await self._publish()
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                await self.company.hears_all.wait()
                if voice is not None and self.company.hearers():
                    await voice.wait_for_subscription()
        except TimeoutError:
            log.warning("livekit_room_settles_slowly", call_id=self._ticket.room, party=self._ticket.party)
        if self.over.is_set():
            raise Unavailable("this room was closed meanwhile")
        if not self.entered.done():
            self.entered.set_result(None)

    async def _publish(self) -> rtc.LocalTrackPublication | None:
        if not self._ticket.heard_by:
            return None
        return await self.mouth.open(self._room.local_participant, self.company.allowed())

    def _fail(self, error: PortError) -> None:
        if not self.entered.done():
            self.entered.set_exception(error)

    def _hope(self) -> None:
        self._give_up_later(self.end)

    def _go_on(self) -> None:
        self._give_up_later(self._do_without)
        self._allow()

    def _do_without(self) -> None:
        if self.company.give_up_missing():
            self.end()

    def _give_up_later(self, give_up: Callable[[], None]) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
        if not self.over.is_set():
            self._giving_up = asyncio.get_running_loop().call_later(GRACE_SECONDS, give_up)

    def _allow(self) -> None:
        if self._ticket.heard_by:
            self.mouth.allow(self._room.local_participant, self.company.allowed())

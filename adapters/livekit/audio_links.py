"""Links into rooms of LiveKit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from adapters.livekit import logs
from adapters.livekit.keys import PATIENCE
from adapters.livekit.seat import Seat
from adapters.livekit.tasks import tasks_beside
from adapters.livekit.tickets import Ticket, read
from adapters.pacing.ear import Ear
from domain.calls.audio import AudioFrame
from domain.calls.room import Invitation
from ports.audio_links import AudioLink, AudioLinks, LinkEvent
from ports.clock import Clock
from ports.errors import PortError, Refused, Unavailable

__all__ = ["LiveKitAudioLink", "LiveKitAudioLinks", "logs"]  # logs must be imported with whatever joins rooms

log = structlog.get_logger()


class LiveKitAudioLink(AudioLink):
    """Paced here; LiveKit carries no marks, so words are heard by a recogniser only. A place that `speak` returns is
    where the sound leaves; others hear it later by what the path takes."""

    def __init__(self, seat: Seat, ear: Ear, party: str, clock: Clock) -> None:
        self.party = party
        self._seat = seat
        self._ear = ear
        self._clock = clock

    def events(self) -> AsyncIterator[LinkEvent]:
        return self._ear

    async def speak(self, frame: AudioFrame) -> float:
        self._require_open()
        at = self._seat.mouth.place(self.clock(), frame)
        await self._seat.mouth.play(frame)
        await self._clock.sleep(self._seat.mouth.wait(self.clock()))
        return at

    def flush(self) -> None:
        if not self._ear.over:
            self._seat.mouth.cut(self.clock())

    async def press(self, digit: str) -> None:
        self._require_open()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._seat.company.press(digit)
        except TimeoutError:
            raise Unavailable("LiveKit did not take the key") from None

    def clock(self) -> float:
        return self._seat.now()

    async def leave(self) -> None:
        if not self._ear.over and self._ear.dropped:
            log.warning("link_was_too_slow", party=self.party, dropped=self._ear.dropped)
        self._ear.deafen()
        self._seat.end()
        await self._seat.left.wait()

    def _require_open(self) -> None:
        if self._ear.over:
            raise Unavailable("this link is over")


class LiveKitAudioLinks(AudioLinks):
    """Lives while `running` does. LiveKit lets a ticket in again and again for its minute; it is good once in this
    process, and a second one who shows it elsewhere takes the place of the first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._group: asyncio.TaskGroup | None = None
        self._seats: set[Seat] = set()
        self._spent: dict[str, int] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator["LiveKitAudioLinks"]:
        async with tasks_beside(self._stop) as self._group:
            yield self

    async def join(self, invitation: Invitation) -> AudioLink:
        if self._group is None:
            raise Unavailable("these links are not running")
        ticket = self._spend(invitation)
        ear = Ear()
        seat = Seat(ticket, ear, self._clock)
        self._seats.add(seat)
        self._group.create_task(self._run(seat, invitation))
        try:
            await seat.entered
        except PortError as error:
            if isinstance(error, Unavailable):
                self._spent.pop(ticket.number, None)  # nobody has seen it
            await seat.left.wait()
            raise
        except BaseException:
            seat.end()
            raise
        return LiveKitAudioLink(seat, ear, ticket.party, self._clock)

    def _stop(self) -> None:
        self._group = None
        for seat in self._seats:
            seat.end()

    async def _run(self, seat: Seat, invitation: Invitation) -> None:
        try:
            await seat.run(invitation)
        finally:
            self._seats.discard(seat)

    def _spend(self, invitation: Invitation) -> Ticket:
        now = self._clock.now().timestamp()
        for number in [number for number, until in self._spent.items() if until < now]:
            del self._spent[number]
        ticket = read(invitation, now)
        if ticket.number in self._spent:
            raise Refused("this ticket is spent", reason="ticket")
        self._spent[ticket.number] = ticket.until
        return ticket

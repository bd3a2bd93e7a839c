"""Links into the rooms of this process."""

from collections.abc import AsyncIterator

import structlog

from adapters.memory.room import Seat
from adapters.memory.rooms import MemoryRooms
from adapters.pacing.ear import Ear
from adapters.pacing.playhead import Playhead
from domain.calls.audio import AudioFrame
from domain.calls.room import Invitation
from ports.audio_links import AudioLink, AudioLinks, LinkEvent
from ports.clock import Clock
from ports.errors import Unavailable

log = structlog.get_logger()


class MemoryAudioLink(AudioLink):
    """A seat in a room, with an ear to read from and a playhead to pace by."""

    def __init__(self, seat: Seat, ear: Ear, clock: Clock) -> None:
        self.party = seat.party
        self._seat = seat
        self._ear = ear
        self._clock = clock
        self._playhead = Playhead()

    def events(self) -> AsyncIterator[LinkEvent]:
        return self._ear

    async def speak(self, frame: AudioFrame) -> float:
        self._require_open()
        at = self._playhead.place(self.clock(), frame.seconds)
        self._seat.play(frame, at)
        await self._clock.sleep(self._playhead.wait(self.clock()))
        return at

    def flush(self) -> None:
        self._playhead.cut(self.clock())
        self._seat.flush()

    async def press(self, digit: str) -> None:
        self._require_open()
        self._seat.press(digit)

    def clock(self) -> float:
        return self._seat.room.now()

    async def leave(self) -> None:
        if not self._seat.over and self._ear.dropped:
            log.warning("link_was_too_slow", call_id=self._seat.room.name, party=self.party, dropped=self._ear.dropped)
        self._ear.deafen()
        self._seat.leave()

    def _require_open(self) -> None:
        if self._seat.over:
            raise Unavailable("this link is over")


class MemoryAudioLinks(AudioLinks):
    """The door to MemoryRooms."""

    def __init__(self, rooms: MemoryRooms, clock: Clock) -> None:
        self._rooms = rooms
        self._clock = clock

    async def join(self, invitation: Invitation) -> AudioLink:
        ear = Ear()
        return MemoryAudioLink(self._rooms.admit(invitation, ear), ear, self._clock)

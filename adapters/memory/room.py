"""A room: who is in it, who hears whom, and each party's frames forwarded to the others as they begin to play."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from adapters.pacing.ear import Listener
from domain.calls.audio import AudioFrame
from ports.audio_links import Heard, Joined, Left, LinkEvent, Pressed
from ports.clock import Clock

EARLY: Final = 0.001
"""Seconds by which a timer may fire too soon (uvloop's have whole milliseconds)."""

LATE: Final = 0.2
"""Seconds by which a frame may arrive late and still keep its place, so that jitter makes no gaps."""

FAR: Final = 0.5
"""Seconds ahead of the room from where on a frame is dropped: a speaker that does not pace itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whom a party hears and who hears it; None is everybody."""

    hears: frozenset[str] | None = None
    heard_by: frozenset[str] | None = None


class Seat:
    """One party's place in a room."""

    def __init__(self, room: "Room", party: str, audience: Audience, listener: Listener) -> None:
        self.room = room
        self.party = party
        self.joined_at = room.now()
        self.listener = listener
        self.over = False
        self.refused = 0
        self.audience = audience
        self._waiting: deque[tuple[float, AudioFrame]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._free = self._begun_until = 0.0

    def hears(self, other: "Seat") -> bool:
        mine, theirs = self.audience.hears, other.audience.heard_by
        return (mine is None or other.party in mine) and (theirs is None or self.party in theirs)

    def play(self, frame: AudioFrame, at: float) -> None:
        """Forward the frame at `at` on the room's clock, or after the one before it."""
        if self.over:
            return
        now = self.room.now()
        begins = max(self._free, at, now - LATE)
        if begins > now + FAR:
            self.refused += 1
            return
        self._free = begins + frame.seconds
        self._waiting.append((begins, frame))
        if self._timer is None:
            self._play_due()

    def flush(self) -> None:
        """Drop what has not begun."""
        self._waiting.clear()
        self._free = self._begun_until
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def press(self, digit: str) -> None:
        if not self.over:
            self.room.tell_hearers(self, Pressed(party=self.party, digit=digit, at=self.room.now()))

    def leave(self) -> None:
        """Twice is once."""
        if not self.over:
            self.end()
            self.room.left(self)

    def end(self) -> None:
        self.over = True
        self.flush()
        self.listener.end()

    def _play_due(self) -> None:
        self._timer = None
        now = self.room.now()
        while self._waiting and self._waiting[0][0] <= now + EARLY:
            at, frame = self._waiting.popleft()
            self._begun_until = at + frame.seconds
            self.room.tell_hearers(self, Heard(party=self.party, frame=frame, at=at))
        if self._waiting:
            self._timer = asyncio.get_running_loop().call_later(self._waiting[0][0] - now, self._play_due)


class Room:
    """Who comes and goes is told to all; sound and keys only to those who hear the party."""

    def __init__(self, name: str, serial: int, clock: Clock) -> None:
        self.name = name
        self.serial = serial
        self.closed = False
        self._clock = clock
        self._opened = clock.monotonic()
        self._seats: dict[str, Seat] = {}
        self._closers: set[Callable[[], None]] = set()

    def now(self) -> float:
        """Seconds since the room was opened."""
        return self._clock.monotonic() - self._opened

    def seat(self, party: str, audience: Audience, listener: Listener) -> Seat:
        """Take a place. Who had it under the same name before is out."""
        before = self._seats.get(party)
        if before is not None:
            before.leave()
        seat = Seat(self, party, audience, listener)
        for other in self._seats.values():
            listener.hear(Joined(party=other.party, at=other.joined_at))
            other.listener.hear(Joined(party=party, at=seat.joined_at))
        self._seats[party] = seat
        return seat

    def left(self, seat: Seat) -> None:
        if self._seats.get(seat.party) is seat:
            del self._seats[seat.party]
            for other in self._seats.values():
                other.listener.hear(Left(party=seat.party, at=self.now()))

    def tell_hearers(self, speaker: Seat, event: LinkEvent) -> None:
        for seat in self._seats.values():
            if seat is not speaker and seat.hears(speaker):
                seat.listener.hear(event)

    def when_closed(self, closer: Callable[[], None]) -> Callable[[], None]:
        """Call it once when the room closes; returns what takes that back."""
        self._closers.add(closer)
        return lambda: self._closers.discard(closer)

    def close(self) -> None:
        if self.closed:
            return
        self.closed = True
        for closer in tuple(self._closers):
            closer()
        for seat in tuple(self._seats.values()):
            seat.end()
        self._seats.clear()

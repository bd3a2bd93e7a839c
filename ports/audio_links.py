"""Joining a room to speak and listen."""

from abc import abstractmethod
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from domain.calls.audio import AudioFrame
from domain.calls.room import Invitation


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A frame of one party. `at` is when it began, in seconds on the room's clock, and where it came by a network as
    much later as that took. `frame.began` is when it was spoken, where more is known of that: frames by `at` follow one
    another as they are to be heard, by `began` they are as jittery as they came."""

    party: str
    frame: AudioFrame
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    party: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    party: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A party pressed a key: one of 0-9, *, #."""

    party: str
    digit: str
    at: float


LinkEvent = Heard | Joined | Left | Pressed


class AudioLink(Protocol):
    """One party's place in a room. A party that makes no sound sends nothing: silence is the absence of frames."""

    party: str

    @abstractmethod
    def events(self) -> AsyncIterator[LinkEvent]:
        """What it hears, per party and never mixed, in order, for one reader. Those who were there before come
        first as Joined. Who comes and goes is told to all; sound and keys only to those who hear the party. A reader
        who is seconds behind loses the oldest sound and holds up nobody. Ends when it has left, the room is closed,
        its name was taken by a later joiner, or the far side is lost."""

    @abstractmethod
    async def speak(self, frame: AudioFrame) -> float:
        """Play a frame after those before it; returns its place on the room's clock, once there is room for the
        next: never more than 60 ms ahead of the room, so that what is not yet said can be unsaid.
        Raises Unavailable when the link is over."""

    @abstractmethod
    def flush(self) -> None:
        """Drop what was given to `speak` and has not begun to play."""

    @abstractmethod
    async def press(self, digit: str) -> None:
        """Send one key. Raises Unavailable when the link is over."""

    @abstractmethod
    def clock(self) -> float:
        """The time on the room's clock: seconds since it was opened."""

    @abstractmethod
    async def leave(self) -> None:
        """Twice is once."""


class AudioLinks(Protocol):
    """The door to rooms."""

    @abstractmethod
    async def join(self, invitation: Invitation) -> AudioLink:
        """Raises Refused for a ticket that is forged, of a closed room, or known to be spent, Unavailable when nobody
        answers. A media server that lets a ticket in twice within its minute lets the later joiner take the place."""

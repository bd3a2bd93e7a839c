"""Rooms in which a call's parties hear one another."""

from abc import abstractmethod
from typing import Final, Protocol

from domain.calls.room import Invitation

RETURNS: Final = (2.0, 5.0, 10.0, 20.0)
"""Whoever carries the rooms may have been away. A phone that it lost comes back within so many seconds, makes its room
anew where it was closed meanwhile, and nobody would be there to hang it up: so after a call whose line was lost its
room is closed again, after each of these pauses."""


class Rooms(Protocol):
    """A room is named by its call's id."""

    @abstractmethod
    async def open(self, room: str) -> None:
        """Opening it twice is one room."""

    @abstractmethod
    async def invite(self, room: str, party: str, *, hears: frozenset[str], heard_by: frozenset[str]) -> Invitation:
        """A ticket for one party, good for a minute. It hears those of `hears` that let it, and is heard by
        those of `heard_by`; names may be of parties yet to come. Raises NotFound."""

    @abstractmethod
    async def close(self, room: str) -> None:
        """Everybody is out and a phone leg in it has ended. Nothing when there is no such room. See RETURNS."""

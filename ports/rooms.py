"""Rooms in which a call's parties hear one another."""

from abc import abstractmethod
from typing import Protocol

from domain.calls.room import Invitation


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
        """Everybody is out and a phone leg in it has ended. Nothing when there is no such room."""

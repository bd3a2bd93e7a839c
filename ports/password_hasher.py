"""Passwords as they are kept."""

from abc import abstractmethod
from typing import Protocol


class PasswordHasher(Protocol):
    """Slow on purpose; never blocks the event loop. Both raise Busy when too many wait already."""

    @abstractmethod
    async def hash(self, password: str) -> str:
        """A salted hash: twice the same password gives two different ones."""

    @abstractmethod
    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Whether it is that password. With None, takes as long as ever and answers no, so that nobody
        can tell by the time whether a user exists. A hash that cannot be read matches nothing."""

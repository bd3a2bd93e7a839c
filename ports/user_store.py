"""Where people are kept."""

from abc import abstractmethod
from typing import Protocol

from domain.ids import BrandId, UserId
from domain.people.user import User
from ports.paging import Page


class UserStore(Protocol):
    """Emails are unique in a brand, in any case."""

    @abstractmethod
    async def add(self, user: User) -> User:
        """Raises Stale when the id or the email is taken."""

    @abstractmethod
    async def get(self, brand: BrandId, user_id: UserId) -> User:
        """Raises NotFound."""

    @abstractmethod
    async def by_email(self, brand: BrandId, email: str) -> User:
        """Raises NotFound."""

    @abstractmethod
    async def save(self, user: User) -> User:
        """Stored with its next version. Raises Stale when another write came first."""

    @abstractmethod
    async def page(self, brand: BrandId, *, after: str | None, limit: int) -> Page[User]:
        """Newest first."""

    @abstractmethod
    async def count(self, brand: BrandId) -> int: ...

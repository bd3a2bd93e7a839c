"""Opens a session for somebody who sits at the machine: whoever can read its secrets could sign one anyway."""

from dataclasses import dataclass
from typing import Final

from applications.api.sessions import open_session
from domain.ids import DEFAULT_BRAND
from domain.people.user import Role, User
from ports.clock import Clock
from ports.errors import NotFound
from ports.tokens import Tokens
from ports.user_store import UserStore

MINUTES: Final = 60
"""Longer than a call that is tried lasts; nobody can renew it."""

PEOPLE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLocalSession:
    """Its token, in the name of the first administrator; None where there is none that is active."""

    users: UserStore
    tokens: Tokens
    clock: Clock
    email: str

    async def __call__(self) -> str | None:
        user = await self._first() or await self._oldest()
        return open_session(user, self.tokens, at=self.clock.now(), minutes=MINUTES).token if user else None

    async def _first(self) -> User | None:
        try:
            user = await self.users.by_email(DEFAULT_BRAND, self.email)
        except NotFound:
            return None
        return user if _administers(user) else None

    async def _oldest(self) -> User | None:
        page = await self.users.page(DEFAULT_BRAND, after=None, limit=PEOPLE)
        return next((user for user in reversed(page.items) if _administers(user)), None)


def _administers(user: User) -> bool:
    return user.active and user.role is Role.ADMIN

"""Ends a person's sessions, all of them: a token that was copied somewhere is worth nothing from then on."""

from dataclasses import dataclass

from domain.people.user import User
from ports.user_store import UserStore


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOut:
    users: UserStore

    async def __call__(self, user: User) -> None:
        await self.users.save(user.end_sessions())

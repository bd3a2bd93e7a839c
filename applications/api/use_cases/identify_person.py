"""Finds out who a session token belongs to."""

from dataclasses import dataclass

from applications.api.sessions import SESSION
from domain.ids import UserId
from domain.people.user import User
from ports.clock import Clock
from ports.errors import Refused
from ports.tokens import Tokens
from ports.user_store import UserStore


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifyPerson:
    """Raises Refused or NotFound. The person is loaded each time, so that whoever is put out is out at once."""

    users: UserStore
    tokens: Tokens
    clock: Clock

    async def __call__(self, token: str) -> User:
        claims = self.tokens.read(token, purpose=SESSION, at=self.clock.now())
        user = await self.users.get(claims.brand, UserId(claims.subject))
        if not user.active or user.epoch != claims.epoch:
            raise Refused("the session was ended", reason="ended")
        return user

"""Lets a person in who knows their password."""

from dataclasses import dataclass

from applications.api.sessions import Session, open_session
from applications.api.throttle import Throttle
from domain.ids import DEFAULT_BRAND
from domain.people.user import User
from ports.clock import Clock
from ports.errors import NotFound, Refused
from ports.password_hasher import PasswordHasher
from ports.tokens import Tokens
from ports.user_store import UserStore


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """Raises Refused in the same words and after the same time whatever was wrong, Busy after too many tries."""

    users: UserStore
    passwords: PasswordHasher
    tokens: Tokens
    clock: Clock
    throttle: Throttle
    session_minutes: int

    async def __call__(self, email: str, password: str, *, address: str) -> Session:
        who = f"{email.casefold()} {address}"
        self.throttle.spend(who)
        user = await self._find(email)
        known = await self.passwords.matches(password, user.password_hash if user else None)
        if user is None or not known or not user.active:
            raise Refused("the email or the password is wrong", reason="not_signed_in")
        self.throttle.forgive(who)
        return open_session(user, self.tokens, at=self.clock.now(), minutes=self.session_minutes)

    async def _find(self, email: str) -> User | None:
        try:
            return await self.users.by_email(DEFAULT_BRAND, email)
        except NotFound:
            return None

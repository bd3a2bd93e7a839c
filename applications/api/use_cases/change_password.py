"""Gives a person a new password, and a new session in place of all old ones."""

from dataclasses import dataclass

from applications.api.sessions import Session, open_session
from applications.api.throttle import Throttle
from domain.errors import Fault, InvalidValue
from domain.people.user import User, check_password
from ports.clock import Clock
from ports.password_hasher import PasswordHasher
from ports.tokens import Tokens
from ports.user_store import UserStore


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    """Raises InvalidValue for a wrong old or a short new one, Busy after too many tries."""

    users: UserStore
    passwords: PasswordHasher
    tokens: Tokens
    clock: Clock
    throttle: Throttle
    session_minutes: int

    async def __call__(self, user: User, *, current: str, new: str) -> Session:
        check_password(new)
        self.throttle.spend(user.id)
        if not await self.passwords.matches(current, user.password_hash):
            raise InvalidValue(Fault(field="current", reason="is not the password"))
        self.throttle.forgive(user.id)
        saved = await self.users.save(user.with_password(await self.passwords.hash(new)))
        return open_session(saved, self.tokens, at=self.clock.now(), minutes=self.session_minutes)

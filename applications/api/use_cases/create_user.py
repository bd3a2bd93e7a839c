"""Adds a person who may sign in."""

import re
from dataclasses import dataclass
from typing import Final

from domain.errors import Fault, InvalidValue
from domain.ids import BrandId, UserId
from domain.people.user import Role, User, check_password
from ports.clock import Clock
from ports.ids import Ids
from ports.password_hasher import PasswordHasher
from ports.user_store import UserStore

EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateUser:
    """Raises InvalidValue with every fault, Stale when the email is taken."""

    users: UserStore
    passwords: PasswordHasher
    clock: Clock
    ids: Ids

    async def __call__(self, brand: BrandId, *, email: str, password: str, role: Role) -> User:
        _check(email, password)
        user = User(
            id=UserId(self.ids.new("usr")),
            brand=brand,
            email=email,
            password_hash=await self.passwords.hash(password),
            role=role,
            created_at=self.clock.now(),
        )
        return await self.users.add(user)


def _check(email: str, password: str) -> None:
    faults = [] if EMAIL.fullmatch(email) else [Fault(field="email", reason="must be an email address")]
    try:
        check_password(password)
    except InvalidValue as error:
        faults.extend(error.faults)
    if faults:
        raise InvalidValue(*faults)

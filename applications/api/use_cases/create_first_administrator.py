"""Makes the first administrator of a new deployment, with a password that only they will know."""

from dataclasses import dataclass

from applications.api.use_cases.create_user import CreateUser
from domain.ids import DEFAULT_BRAND
from domain.people.user import Role
from ports.errors import Stale
from ports.ids import Ids
from ports.user_store import UserStore


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateFirstAdministrator:
    """The password, or None when there is somebody already."""

    users: UserStore
    create_user: CreateUser
    ids: Ids
    email: str

    async def __call__(self) -> str | None:
        if await self.users.count(DEFAULT_BRAND):
            return None
        password = self.ids.secret(18)
        try:
            await self.create_user(DEFAULT_BRAND, email=self.email, password=password, role=Role.ADMIN)
        except Stale:
            return None
        return password

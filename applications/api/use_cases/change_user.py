"""Changes what a person may do, or whether they may sign in at all."""

from dataclasses import dataclass, replace

from domain.errors import RuleBroken
from domain.ids import UserId
from domain.people.user import Role, User
from ports.user_store import UserStore


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeUser:
    """Raises NotFound, and RuleBroken for an administrator who would lock themselves out."""

    users: UserStore

    async def __call__(self, by: User, user_id: UserId, *, active: bool | None, role: Role | None) -> User:
        user = await self.users.get(by.brand, user_id)
        changed = replace(
            user,
            active=user.active if active is None else active,
            role=user.role if role is None else role,
        )
        if changed == user:
            return user
        if user.id == by.id:
            raise RuleBroken("nobody changes their own role, or puts themselves out")
        return await self.users.save(changed if changed.active else changed.end_sessions())

"""Says whether the API can do its work: whether the store answers."""

from dataclasses import dataclass

from domain.ids import DEFAULT_BRAND
from ports.user_store import UserStore


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReadiness:
    """Raises what the store raises."""

    users: UserStore

    async def __call__(self) -> None:
        await self.users.count(DEFAULT_BRAND)

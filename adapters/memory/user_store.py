"""People, in memory."""

from adapters.codec.instants import micros
from adapters.memory.documents import Documents, everything
from adapters.memory.indexes import Sorted, Tally, Unique
from domain.ids import BrandId, UserId
from domain.people.user import User
from ports.errors import NotFound
from ports.paging import Page
from ports.user_store import UserStore


class MemoryUserStore(UserStore):
    def __init__(self) -> None:
        self._emails = Unique[User](lambda user: ((user.brand, user.email.casefold()), user.id))
        self._brands = Tally[User](lambda user: (user.brand, ("all",)))
        self._by_age = Sorted[User](lambda user: (user.brand, (micros(user.created_at), user.id)))
        self._users = Documents[User](self._emails, self._brands, self._by_age)

    async def add(self, user: User) -> User:
        return self._users.add(user)

    async def get(self, brand: BrandId, user_id: UserId) -> User:
        return self._users.get(brand, user_id)

    async def by_email(self, brand: BrandId, email: str) -> User:
        found = self._emails.id((brand, email.casefold()))
        if found is None:
            raise NotFound("no user has this email")
        return self._users.find(found)

    async def save(self, user: User) -> User:
        return self._users.save(user)

    async def page(self, brand: BrandId, *, after: str | None, limit: int) -> Page[User]:
        return self._users.newest(self._by_age, brand, everything, after=after, limit=limit)

    async def count(self, brand: BrandId) -> int:
        return self._brands.counts(brand).get("all", 0)

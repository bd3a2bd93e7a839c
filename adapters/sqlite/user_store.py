"""People, in SQLite."""

from typing import Final

from adapters.codec.instants import micros
from adapters.sqlite.documents import Documents
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.rows import value
from adapters.sqlite.table import Table
from domain.ids import BrandId, UserId
from domain.people.user import User
from ports.paging import Page
from ports.user_store import UserStore

TABLE: Final = Table[User](
    User, "users", {"email": lambda user: user.email.casefold(), "created_at": lambda user: micros(user.created_at)}
)
COUNT: Final = "SELECT count(*) FROM users WHERE brand = ?"


class SqliteUserStore(UserStore):
    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._users = Documents(file, TABLE)

    async def add(self, user: User) -> User:
        return await self._users.add(user)

    async def get(self, brand: BrandId, user_id: UserId) -> User:
        return await self._users.get(brand, user_id)

    async def by_email(self, brand: BrandId, email: str) -> User:
        return await self._users.one("brand = ? AND email = ?", brand, email.casefold())

    async def save(self, user: User) -> User:
        return await self._users.save(user)

    async def page(self, brand: BrandId, *, after: str | None, limit: int) -> Page[User]:
        return await self._users.newest([("brand = ?", brand)], after=after, limit=limit)

    async def count(self, brand: BrandId) -> int:
        return await self._file.read(lambda connection: int(value(connection, COUNT, (brand,))))

"""Keys of CRMs, in SQLite."""

from typing import Final

from adapters.codec.instants import micros
from adapters.sqlite.documents import Documents
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.table import Table
from domain.ids import ApiKeyId, BrandId
from domain.people.user import ApiKey
from ports.api_key_store import ApiKeyStore
from ports.paging import Page

TABLE: Final = Table[ApiKey](
    ApiKey, "api_keys", {"prefix": lambda key: key.prefix, "created_at": lambda key: micros(key.created_at)}
)


class SqliteApiKeyStore(ApiKeyStore):
    def __init__(self, file: SqliteFile) -> None:
        self._keys = Documents(file, TABLE)

    async def add(self, key: ApiKey) -> ApiKey:
        return await self._keys.add(key)

    async def get(self, brand: BrandId, key_id: ApiKeyId) -> ApiKey:
        return await self._keys.get(brand, key_id)

    async def by_prefix(self, prefix: str) -> ApiKey:
        return await self._keys.one("prefix = ?", prefix)

    async def save(self, key: ApiKey) -> ApiKey:
        return await self._keys.save(key)

    async def page(self, brand: BrandId, *, after: str | None, limit: int) -> Page[ApiKey]:
        return await self._keys.newest([("brand = ?", brand)], after=after, limit=limit)

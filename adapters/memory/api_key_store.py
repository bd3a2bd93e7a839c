"""Keys of CRMs, in memory."""

from adapters.codec.instants import micros
from adapters.memory.documents import Documents, everything
from adapters.memory.indexes import Sorted, Unique
from domain.ids import ApiKeyId, BrandId
from domain.people.user import ApiKey
from ports.api_key_store import ApiKeyStore
from ports.errors import NotFound
from ports.paging import Page


class MemoryApiKeyStore(ApiKeyStore):
    def __init__(self) -> None:
        self._prefixes = Unique[ApiKey](lambda key: (key.prefix, key.id))
        self._by_age = Sorted[ApiKey](lambda key: (key.brand, (micros(key.created_at), key.id)))
        self._keys = Documents[ApiKey](self._prefixes, self._by_age)

    async def add(self, key: ApiKey) -> ApiKey:
        return self._keys.add(key)

    async def get(self, brand: BrandId, key_id: ApiKeyId) -> ApiKey:
        return self._keys.get(brand, key_id)

    async def by_prefix(self, prefix: str) -> ApiKey:
        found = self._prefixes.id(prefix)
        if found is None:
            raise NotFound("no key has this prefix")
        return self._keys.find(found)

    async def save(self, key: ApiKey) -> ApiKey:
        return self._keys.save(key)

    async def page(self, brand: BrandId, *, after: str | None, limit: int) -> Page[ApiKey]:
        return self._keys.newest(self._by_age, brand, everything, after=after, limit=limit)

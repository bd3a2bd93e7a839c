"""Where the keys of CRMs are kept."""

from abc import abstractmethod
from typing import Protocol

from domain.ids import ApiKeyId, BrandId
from domain.people.user import ApiKey
from ports.paging import Page


class ApiKeyStore(Protocol):
    """Prefixes are unique over all brands: a key is looked up before its brand is known."""

    @abstractmethod
    async def add(self, key: ApiKey) -> ApiKey:
        """Raises Stale when the id or the prefix is taken."""

    @abstractmethod
    async def get(self, brand: BrandId, key_id: ApiKeyId) -> ApiKey:
        """Raises NotFound."""

    @abstractmethod
    async def by_prefix(self, prefix: str) -> ApiKey:
        """Raises NotFound."""

    @abstractmethod
    async def save(self, key: ApiKey) -> ApiKey:
        """Stored with its next version. Raises Stale when another write came first."""

    @abstractmethod
    async def page(self, brand: BrandId, *, after: str | None, limit: int) -> Page[ApiKey]:
        """Newest first."""

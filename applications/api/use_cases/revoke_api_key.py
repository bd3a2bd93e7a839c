"""Ends an API key for good."""

from dataclasses import dataclass

from domain.ids import ApiKeyId, BrandId
from ports.api_key_store import ApiKeyStore
from ports.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeApiKey:
    """Raises NotFound. Twice is once."""

    api_keys: ApiKeyStore
    clock: Clock

    async def __call__(self, brand: BrandId, key_id: ApiKeyId) -> None:
        key = await self.api_keys.get(brand, key_id)
        if key.revoked_at is None:
            await self.api_keys.save(key.revoke(at=self.clock.now()))

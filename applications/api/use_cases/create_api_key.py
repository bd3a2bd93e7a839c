"""Makes a key for a CRM; this is the only time that anybody sees it."""

from dataclasses import dataclass
from datetime import datetime

from applications.api.keys import make_key
from domain.errors import Fault, InvalidValue
from domain.ids import ApiKeyId, BrandId
from domain.people.user import ApiKey
from ports.api_key_store import ApiKeyStore
from ports.clock import Clock
from ports.ids import Ids


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateApiKey:
    """The stored key and its text. Raises InvalidValue for one that would have run out already."""

    api_keys: ApiKeyStore
    clock: Clock
    ids: Ids
    pepper: bytes

    async def __call__(self, brand: BrandId, *, name: str, expires_at: datetime | None) -> tuple[ApiKey, str]:
        now = self.clock.now()
        if expires_at and expires_at <= now:
            raise InvalidValue(Fault(field="expires_at", reason="must lie ahead"))
        parts = make_key(self.ids.secret(32))
        key = ApiKey(
            id=ApiKeyId(self.ids.new("key")),
            brand=brand,
            name=name,
            prefix=parts.prefix,
            key_hash=parts.hash(self.pepper),
            created_at=now,
            expires_at=expires_at,
        )
        return await self.api_keys.add(key), parts.text

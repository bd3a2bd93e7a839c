"""Finds out whose an API key is."""

import hmac
from dataclasses import dataclass

from applications.api.keys import read_key
from domain.people.user import ApiKey
from ports.api_key_store import ApiKeyStore
from ports.clock import Clock
from ports.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifyKey:
    """Raises Refused or NotFound."""

    api_keys: ApiKeyStore
    clock: Clock
    pepper: bytes

    async def __call__(self, text: str) -> ApiKey:
        parts = read_key(text)
        if parts is None:
            raise Refused("not a key", reason="not_a_key")
        key = await self.api_keys.by_prefix(parts.prefix)
        if not hmac.compare_digest(key.key_hash, parts.hash(self.pepper)) or not key.works_at(self.clock.now()):
            raise Refused("the key does not work", reason="revoked")
        return key

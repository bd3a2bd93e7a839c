"""The memory twin of object stores."""

import hashlib
from collections.abc import AsyncIterator
from typing import ClassVar, Final

from ports.errors import NotFound, Refused
from ports.object_store import ObjectStore, StoredObject

CHUNK: Final = 64 * 1024


class MemoryObjectStore(ObjectStore):
    """Objects in a dict."""

    backend: ClassVar[str] = "memory"  # type: ignore[misc]  # the same for every instance

    def __init__(self) -> None:
        self._objects: dict[str, bytes] = {}

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> StoredObject:
        if not 1 <= len(key) <= 512:
            raise Refused("a key has 1 to 512 characters", reason="bad_key")
        body = bytearray()
        async for chunk in chunks:
            body += chunk
        self._objects[key] = bytes(body)
        return await self.stat(key)

    async def stat(self, key: str) -> StoredObject:
        body = self._body(key)
        return StoredObject(key=key, size=len(body), sha256=hashlib.sha256(body).hexdigest())

    async def read(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        part = self._body(key)[max(0, start) : end]
        for at in range(0, len(part), CHUNK):
            yield part[at : at + CHUNK]

    async def delete(self, key: str) -> bool:
        return self._objects.pop(key, None) is not None

    def _body(self, key: str) -> bytes:
        if key not in self._objects:
            raise NotFound("no such object")
        return self._objects[key]

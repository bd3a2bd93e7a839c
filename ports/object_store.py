"""Large things by key: recordings, uploaded files."""

from abc import abstractmethod
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """`sha256` is in hexadecimal."""

    key: str
    size: int
    sha256: str


class ObjectStore(Protocol):
    """A key is any text of 1 to 512 characters; it names no path anywhere."""

    backend: str

    @abstractmethod
    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> StoredObject:
        """The whole object, durable when this returns; readers see the old one or the new one, never a part."""

    @abstractmethod
    async def stat(self, key: str) -> StoredObject:
        """Raises NotFound."""

    @abstractmethod
    def read(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Bytes from `start` to before `end`, in chunks. Raises NotFound at the first."""

    @abstractmethod
    async def delete(self, key: str) -> bool:
        """Whether it was there."""

"""Where DIDs are kept: the numbers of ours that people call."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.ids import BrandId
from domain.routing.did import Did


class DidStore(Protocol):
    """A brand has few DIDs: lists come whole. Numbers are E.164."""

    @abstractmethod
    async def add(self, did: Did) -> Did:
        """Raises Stale when the brand has the number."""

    @abstractmethod
    async def get(self, brand: BrandId, number: str) -> Did:
        """Raises NotFound."""

    @abstractmethod
    async def save(self, did: Did) -> Did:
        """Stored with its next version. Raises Stale when another write came first."""

    @abstractmethod
    async def remove(self, brand: BrandId, number: str) -> None:
        """Raises NotFound."""

    @abstractmethod
    async def all(self, brand: BrandId) -> Sequence[Did]:
        """By number."""

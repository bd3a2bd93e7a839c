"""Where trunks are kept."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.ids import BrandId, TrunkId
from domain.routing.trunk import Trunk


class TrunkStore(Protocol):
    """A brand has few trunks: lists come whole."""

    @abstractmethod
    async def add(self, trunk: Trunk) -> Trunk:
        """Raises Stale when the id is taken."""

    @abstractmethod
    async def get(self, brand: BrandId, trunk_id: TrunkId) -> Trunk:
        """Raises NotFound."""

    @abstractmethod
    async def save(self, trunk: Trunk) -> Trunk:
        """Stored with its next version. Raises Stale when another write came first."""

    @abstractmethod
    async def remove(self, brand: BrandId, trunk_id: TrunkId) -> None:
        """Raises NotFound."""

    @abstractmethod
    async def all(self, brand: BrandId | None) -> Sequence[Trunk]:
        """By id; of every brand when None."""

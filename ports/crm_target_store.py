"""Where the addresses are kept that a brand's pushes go to."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.crm.delivery import CrmTarget
from domain.ids import BrandId, TargetId


class CrmTargetStore(Protocol):
    """A brand has few targets: lists come whole."""

    @abstractmethod
    async def add(self, target: CrmTarget) -> CrmTarget:
        """Raises Stale when the id is taken."""

    @abstractmethod
    async def get(self, brand: BrandId, target_id: TargetId) -> CrmTarget:
        """Raises NotFound."""

    @abstractmethod
    async def save(self, target: CrmTarget) -> CrmTarget:
        """Stored with its next version. Raises Stale when another write came first."""

    @abstractmethod
    async def all(self, brand: BrandId) -> Sequence[CrmTarget]:
        """Oldest first."""

"""The Cores that CXB knows."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.ids import ServerId
from domain.routing.fleet import CoreServer


class FleetRegistry(Protocol):
    """Shared by all brands."""

    @abstractmethod
    async def put(self, server: CoreServer) -> CoreServer:
        """Add a new one of version 0, or replace the one with its id when `version` is that one's. Stored with its
        next version either way. Raises Stale otherwise, such as when it was removed or added in the meantime."""

    @abstractmethod
    async def get(self, server_id: ServerId) -> CoreServer:
        """Raises NotFound."""

    @abstractmethod
    async def remove(self, server_id: ServerId) -> bool:
        """Whether it was there."""

    @abstractmethod
    async def all(self) -> Sequence[CoreServer]:
        """By id."""

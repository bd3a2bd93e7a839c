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
        """Add it, or replace the one with its id when `version` is that one's. Raises Stale otherwise."""

    @abstractmethod
    async def get(self, server_id: ServerId) -> CoreServer:
        """Raises NotFound."""

    @abstractmethod
    async def remove(self, server_id: ServerId) -> bool:
        """Whether it was there."""

    @abstractmethod
    async def all(self) -> Sequence[CoreServer]:
        """By id."""

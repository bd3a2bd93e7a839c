"""Where pushes to CRMs are kept until they are delivered, and as a log thereafter."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.crm.delivery import Delivery, DeliveryState
from domain.ids import BrandId, CallId, DeliveryId, TargetId
from ports.paging import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFilter:
    state: DeliveryState | None = None
    target_id: TargetId | None = None
    call_id: CallId | None = None


class DeliveryLog(Protocol):
    """Nothing is ever deleted here by a delivery."""

    @abstractmethod
    async def add(self, delivery: Delivery) -> bool:
        """Whether it was new; one whose id is there already stays as it is."""

    @abstractmethod
    async def get(self, brand: BrandId, delivery_id: DeliveryId) -> Delivery:
        """Raises NotFound."""

    @abstractmethod
    async def save(self, delivery: Delivery) -> Delivery:
        """Stored with its next version. Raises Stale when another write came first."""

    @abstractmethod
    async def claim_due(self, *, at: datetime, until: datetime, limit: int) -> Sequence[Delivery]:
        """Pending deliveries that are due, longest due first. Each is due again at `until`, so that no two workers
        send it at once and none is forgotten when its worker dies."""

    @abstractmethod
    async def counts(self, brand: BrandId) -> Mapping[str, int]:
        """By state. No zeros."""

    @abstractmethod
    async def page(self, brand: BrandId, *, where: DeliveryFilter, after: str | None, limit: int) -> Page[Delivery]:
        """Newest first."""

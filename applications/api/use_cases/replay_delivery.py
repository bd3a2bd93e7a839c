"""Sends a push again, whatever became of it."""

from dataclasses import dataclass

from applications.api.rewrite import rewrite
from domain.crm.delivery import Delivery
from domain.ids import BrandId, DeliveryId
from ports.clock import Clock
from ports.delivery_log import DeliveryLog


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayDelivery:
    """Byte for byte the same under the same id, so that a receiver knows a repeat."""

    deliveries: DeliveryLog
    clock: Clock

    async def __call__(self, brand: BrandId, delivery_id: DeliveryId) -> Delivery:
        """Raises NotFound."""
        at = self.clock.now()
        return await rewrite(
            lambda: self.deliveries.get(brand, delivery_id), lambda now: now.replay(at=at), self.deliveries.save
        )

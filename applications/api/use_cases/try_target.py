"""Sends one push to a target at once, so that a person sees what comes back."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import msgspec

from domain.crm.delivery import Delivery, DeliveryState
from domain.ids import BrandId, CallId, DeliveryId, TargetId
from ports.clock import Clock
from ports.crm_connection import CrmConnection
from ports.crm_target_store import CrmTargetStore
from ports.delivery_log import DeliveryLog
from ports.ids import Ids

KIND: Final = "test"
HELD: Final = timedelta(minutes=5)
"""Nobody else sends it meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TryTarget:
    """It stands in the log like any other, and is not sent again by itself."""

    targets: CrmTargetStore
    deliveries: DeliveryLog
    crm: CrmConnection
    clock: Clock
    ids: Ids

    async def __call__(self, brand: BrandId, target_id: TargetId) -> Delivery:
        """The delivery with its one try, a target that is switched off included. Raises NotFound."""
        target = await self.targets.get(brand, target_id)
        now = self.clock.now()
        delivery = Delivery(
            id=DeliveryId(self.ids.new("msg")),
            brand=brand,
            target_id=target.id,
            call_id=CallId(KIND),
            kind=KIND,
            body=msgspec.json.encode({"type": KIND, "timestamp": now, "data": {"target": target.name}}).decode(),
            created_at=now,
            due_at=now + HELD,
        )
        await self.deliveries.add(delivery)
        delivery = await self.deliveries.get(brand, delivery.id)
        result = await self.crm.push(target, delivery)
        done = delivery.tried(result, chance=0.5)
        if done.state is not DeliveryState.DELIVERED:
            done = delivery.give_up(result)
        return await self.deliveries.save(done)

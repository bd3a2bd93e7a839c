"""Pushes to CRMs and what came of them, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from adapters.codec.instants import micros
from adapters.memory.documents import Documents
from adapters.memory.indexes import Sorted, Tally
from domain.crm.delivery import Delivery, DeliveryState
from domain.ids import BrandId, DeliveryId
from ports.delivery_log import DeliveryFilter, DeliveryLog
from ports.paging import Page


class MemoryDeliveryLog(DeliveryLog):
    def __init__(self) -> None:
        self._by_age = Sorted[Delivery](lambda one: (one.brand, (micros(one.created_at), one.id)))
        self._pending = Sorted[Delivery](
            lambda one: (None, (micros(one.due_at), one.id)) if one.state is DeliveryState.PENDING else None
        )
        self._tally = Tally[Delivery](lambda one: (one.brand, (one.state.value,)))
        self._deliveries = Documents[Delivery](self._by_age, self._pending, self._tally)

    async def add(self, delivery: Delivery) -> bool:
        if delivery.id in self._deliveries:
            return False
        self._deliveries.add(delivery)
        return True

    async def get(self, brand: BrandId, delivery_id: DeliveryId) -> Delivery:
        return self._deliveries.get(brand, delivery_id)

    async def save(self, delivery: Delivery) -> Delivery:
        return self._deliveries.save(delivery)

    async def claim_due(self, *, at: datetime, until: datetime, limit: int) -> Sequence[Delivery]:
        due = self._pending.below(None, (micros(at) + 1,))
        claimed = self._deliveries.all(self._pending.keys(None)[: min(due, limit)])
        return [self._deliveries.save(replace(delivery, due_at=until)) for delivery in claimed]

    async def counts(self, brand: BrandId) -> Mapping[str, int]:
        return self._tally.counts(brand)

    async def page(self, brand: BrandId, *, where: DeliveryFilter, after: str | None, limit: int) -> Page[Delivery]:
        def chosen(one: Delivery) -> bool:
            return (
                where.state in {None, one.state}
                and where.target_id in {None, one.target_id}
                and where.call_id in {None, one.call_id}
            )

        return self._deliveries.newest(self._by_age, brand, chosen, after=after, limit=limit)

"""Addresses of pushes, in memory."""

from collections.abc import Sequence

from adapters.codec.instants import micros
from adapters.memory.documents import Documents
from adapters.memory.indexes import Sorted
from domain.crm.delivery import CrmTarget
from domain.ids import BrandId, TargetId
from ports.crm_target_store import CrmTargetStore


class MemoryCrmTargetStore(CrmTargetStore):
    def __init__(self) -> None:
        self._by_age = Sorted[CrmTarget](lambda target: (target.brand, (micros(target.created_at), target.id)))
        self._targets = Documents[CrmTarget](self._by_age)

    async def add(self, target: CrmTarget) -> CrmTarget:
        return self._targets.add(target)

    async def get(self, brand: BrandId, target_id: TargetId) -> CrmTarget:
        return self._targets.get(brand, target_id)

    async def save(self, target: CrmTarget) -> CrmTarget:
        return self._targets.save(target)

    async def all(self, brand: BrandId) -> Sequence[CrmTarget]:
        return self._targets.all(self._by_age.keys(brand))

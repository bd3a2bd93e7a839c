"""Trunks, in memory."""

from collections.abc import Sequence

from adapters.memory.documents import Documents
from adapters.memory.indexes import Sorted
from domain.ids import BrandId, TrunkId
from domain.routing.trunk import Trunk
from ports.trunk_store import TrunkStore


class MemoryTrunkStore(TrunkStore):
    def __init__(self) -> None:
        self._by_id = Sorted[Trunk](lambda trunk: (None, (trunk.id,)))
        self._trunks = Documents[Trunk](self._by_id)

    async def add(self, trunk: Trunk) -> Trunk:
        return self._trunks.add(trunk)

    async def get(self, brand: BrandId, trunk_id: TrunkId) -> Trunk:
        return self._trunks.get(brand, trunk_id)

    async def save(self, trunk: Trunk) -> Trunk:
        return self._trunks.save(trunk)

    async def remove(self, brand: BrandId, trunk_id: TrunkId) -> None:
        self._trunks.remove(brand, trunk_id)

    async def all(self, brand: BrandId | None) -> Sequence[Trunk]:
        return [trunk for trunk in self._trunks.all(self._by_id.keys(None)) if brand in {None, trunk.brand}]

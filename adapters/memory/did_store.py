"""DIDs, in memory."""

from collections.abc import Sequence

from adapters.memory.documents import Documents
from adapters.memory.indexes import Sorted
from domain.ids import BrandId
from domain.routing.did import Did, did_id
from ports.did_store import DidStore


class MemoryDidStore(DidStore):
    def __init__(self) -> None:
        self._by_number = Sorted[Did](lambda did: (did.brand, (did.number, did.id)))
        self._dids = Documents[Did](self._by_number)

    async def add(self, did: Did) -> Did:
        return self._dids.add(did)

    async def get(self, brand: BrandId, number: str) -> Did:
        return self._dids.get(brand, did_id(brand, number))

    async def save(self, did: Did) -> Did:
        return self._dids.save(did)

    async def remove(self, brand: BrandId, number: str) -> None:
        self._dids.remove(brand, did_id(brand, number))

    async def all(self, brand: BrandId) -> Sequence[Did]:
        return self._dids.all(self._by_number.keys(brand))

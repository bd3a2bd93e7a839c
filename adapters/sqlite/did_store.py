"""DIDs, in SQLite."""

from collections.abc import Sequence
from typing import Final

from adapters.sqlite.documents import Documents
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.table import Table
from domain.ids import BrandId
from domain.routing.did import Did, did_id
from ports.did_store import DidStore

TABLE: Final = Table[Did](Did, "dids", {"number": lambda did: did.number})


class SqliteDidStore(DidStore):
    def __init__(self, file: SqliteFile) -> None:
        self._dids = Documents(file, TABLE)

    async def add(self, did: Did) -> Did:
        return await self._dids.add(did)

    async def get(self, brand: BrandId, number: str) -> Did:
        return await self._dids.get(brand, did_id(brand, number))

    async def save(self, did: Did) -> Did:
        return await self._dids.save(did)

    async def remove(self, brand: BrandId, number: str) -> None:
        await self._dids.remove(brand, did_id(brand, number))

    async def all(self, brand: BrandId) -> Sequence[Did]:
        return await self._dids.select("brand = ? ORDER BY number", brand)

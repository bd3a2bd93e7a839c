"""Trunks, in SQLite."""

from collections.abc import Sequence
from typing import Final

from adapters.sqlite.documents import Documents
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.table import Table
from domain.ids import BrandId, TrunkId
from domain.routing.trunk import Trunk
from ports.trunk_store import TrunkStore

TABLE: Final = Table[Trunk](Trunk, "trunks", {})


class SqliteTrunkStore(TrunkStore):
    def __init__(self, file: SqliteFile) -> None:
        self._trunks = Documents(file, TABLE)

    async def add(self, trunk: Trunk) -> Trunk:
        return await self._trunks.add(trunk)

    async def get(self, brand: BrandId, trunk_id: TrunkId) -> Trunk:
        return await self._trunks.get(brand, trunk_id)

    async def save(self, trunk: Trunk) -> Trunk:
        return await self._trunks.save(trunk)

    async def remove(self, brand: BrandId, trunk_id: TrunkId) -> None:
        await self._trunks.remove(brand, trunk_id)

    async def all(self, brand: BrandId | None) -> Sequence[Trunk]:
        return await self._trunks.select("?1 IS NULL OR brand = ?1 ORDER BY id", brand)

"""Addresses of pushes, in SQLite."""

from collections.abc import Sequence
from typing import Final

from adapters.codec.instants import micros
from adapters.sqlite.documents import Documents
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.table import Table
from domain.crm.delivery import CrmTarget
from domain.ids import BrandId, TargetId
from ports.crm_target_store import CrmTargetStore

TABLE: Final = Table[CrmTarget](CrmTarget, "crm_targets", {"created_at": lambda target: micros(target.created_at)})


class SqliteCrmTargetStore(CrmTargetStore):
    def __init__(self, file: SqliteFile) -> None:
        self._targets = Documents(file, TABLE)

    async def add(self, target: CrmTarget) -> CrmTarget:
        return await self._targets.add(target)

    async def get(self, brand: BrandId, target_id: TargetId) -> CrmTarget:
        return await self._targets.get(brand, target_id)

    async def save(self, target: CrmTarget) -> CrmTarget:
        return await self._targets.save(target)

    async def all(self, brand: BrandId) -> Sequence[CrmTarget]:
        return await self._targets.select("brand = ? ORDER BY created_at, id", brand)

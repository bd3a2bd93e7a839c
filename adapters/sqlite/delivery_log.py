"""Pushes to CRMs and what came of them, in SQLite."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import apsw

from adapters.codec.instants import micros
from adapters.sqlite.documents import Documents
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.rows import changed, rows, tally, value
from adapters.sqlite.table import Table
from domain.crm.delivery import Delivery, DeliveryState
from domain.ids import BrandId, DeliveryId
from ports.delivery_log import DeliveryFilter, DeliveryLog
from ports.paging import Page

TABLE: Final = Table[Delivery](
    Delivery,
    "deliveries",
    {
        "target_id": lambda one: one.target_id,
        "call_id": lambda one: one.call_id,
        "state": lambda one: one.state.value,
        "created_at": lambda one: micros(one.created_at),
        "due_at": lambda one: micros(one.due_at) if one.state is DeliveryState.PENDING else None,
    },
)
ADD: Final = f"{TABLE.insert_sql} ON CONFLICT (id) DO NOTHING"
COUNTS: Final = "SELECT state, count(*) FROM deliveries WHERE brand = ? GROUP BY state"
DUE: Final = "SELECT id FROM deliveries WHERE due_at <= ? ORDER BY due_at, id LIMIT ?"
CLAIM: Final = """
UPDATE deliveries SET version = version + 1, due_at = ?,
    doc = json_set(doc, '$.version', version + 1, '$.due_at', ?)
WHERE id = ? RETURNING doc"""


class SqliteDeliveryLog(DeliveryLog):
    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._deliveries = Documents(file, TABLE)

    async def add(self, delivery: Delivery) -> bool:
        row = TABLE.row(delivery)
        return await self._file.write(lambda connection: changed(connection, ADD, row) > 0)

    async def get(self, brand: BrandId, delivery_id: DeliveryId) -> Delivery:
        return await self._deliveries.get(brand, delivery_id)

    async def save(self, delivery: Delivery) -> Delivery:
        return await self._deliveries.save(delivery)

    async def claim_due(self, *, at: datetime, until: datetime, limit: int) -> Sequence[Delivery]:
        lease = (micros(until), until.isoformat())

        def claim(connection: apsw.Connection) -> list[str]:
            due = rows(connection, DUE, (micros(at), limit))
            return [value(connection, CLAIM, (*lease, delivery_id)) for (delivery_id,) in due]

        return [TABLE.read(text) for text in await self._file.write(claim)]

    async def counts(self, brand: BrandId) -> Mapping[str, int]:
        return await self._file.read(lambda connection: tally(connection, COUNTS, (brand,)))

    async def page(self, brand: BrandId, *, where: DeliveryFilter, after: str | None, limit: int) -> Page[Delivery]:
        terms = [
            ("brand = ?", brand),
            ("call_id = ?", where.call_id),
            ("+state = ?", where.state),
            ("+target_id = ?", where.target_id),
        ]
        return await self._deliveries.newest(terms, after=after, limit=limit)

"""Which legs were placed and what became of them, in SQLite."""

from functools import partial
from typing import Final

import apsw

from adapters.codec.documents import decode, encode
from adapters.codec.instants import micros
from adapters.sqlite.file import SqliteFile
from adapters.sqlite.rows import changed, value
from domain.ids import CallId
from ports.errors import NotFound, Stale
from ports.leg_ledger import REMEMBERED, LegLedger, LegStory
from ports.telephony import LegEvent

ADD: Final = "INSERT INTO legs (call_id, opened_at, doc) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
FORGET: Final = """
DELETE FROM legs WHERE call_id IN (SELECT call_id FROM legs WHERE opened_at < ? ORDER BY opened_at LIMIT 10)"""
FIND: Final = "SELECT doc FROM legs WHERE call_id = ?"
NOTE: Final = "UPDATE legs SET doc = ? WHERE call_id = ?"
WITHDRAW: Final = "DELETE FROM legs WHERE call_id = ?"


class SqliteLegLedger(LegLedger):
    """Each leg that is opened forgets some that are old: the table holds a day."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def open(self, story: LegStory) -> None:
        row = (story.call_id, micros(story.opened_at), encode(story).decode())
        horizon = micros(story.opened_at - REMEMBERED)

        def add(connection: apsw.Connection) -> bool:
            changed(connection, FORGET, (horizon,))
            return changed(connection, ADD, row) > 0

        if not await self._file.write(add):
            raise Stale("this leg is on record")

    async def note(self, call_id: CallId, event: LegEvent) -> LegStory:
        return await self._file.write(partial(_note, call_id=call_id, event=event))

    async def withdraw(self, call_id: CallId) -> None:
        await self._file.write(lambda connection: changed(connection, WITHDRAW, (call_id,)))

    async def find(self, call_id: CallId) -> LegStory | None:
        text = await self._file.read(lambda connection: value(connection, FIND, (call_id,)))
        return None if text is None else decode(text, LegStory)


def _note(connection: apsw.Connection, *, call_id: CallId, event: LegEvent) -> LegStory:
    """In one transaction, with the write lock held."""
    text = value(connection, FIND, (call_id,))
    if text is None:
        raise NotFound(f"no leg of call {call_id} is on record")
    noted = decode(text, LegStory).noting(event)
    changed(connection, NOTE, (encode(noted).decode(), call_id))
    return noted

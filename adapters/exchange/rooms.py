"""Rooms of the exchange."""

from dataclasses import replace

from adapters.exchange.connection import ExchangeConnection
from adapters.exchange.wire import CloseRoom, Done, Invite, Invited, OpenRoom
from domain.calls.room import Invitation
from ports.rooms import Rooms


class ExchangeRooms(Rooms):
    """Raises Unavailable when the exchange does not answer."""

    def __init__(self, connection: ExchangeConnection) -> None:
        self._connection = connection

    async def open(self, room: str) -> None:
        session = await self._connection.session()
        await session.ask(OpenRoom(room=room), Done)

    async def invite(self, room: str, party: str, *, hears: frozenset[str], heard_by: frozenset[str]) -> Invitation:
        session = await self._connection.session()
        question = Invite(room=room, party=party, hears=hears, heard_by=heard_by)
        return replace((await session.ask(question, Invited)).invitation, url=self._connection.url)

    async def close(self, room: str) -> None:
        session = await self._connection.session()
        await session.ask(CloseRoom(room=room), Done)

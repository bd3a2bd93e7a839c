"""The rooms of one process."""

import secrets
from itertools import count

from adapters.memory.room import Room, Seat
from adapters.memory.tickets import Tickets
from adapters.pacing.ear import Listener
from domain.calls.room import Invitation
from ports.clock import Clock
from ports.errors import NotFound, Refused
from ports.rooms import Rooms


class MemoryRooms(Rooms):
    """Keeps the rooms that MemoryAudioLinks joins and MemoryTelephony places legs into."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tickets = Tickets(secrets.token_bytes(32), clock)
        self._rooms: dict[str, Room] = {}
        self._serials = count(1)

    def __len__(self) -> int:
        return len(self._rooms)

    async def open(self, room: str) -> None:
        if room not in self._rooms:
            self._rooms[room] = Room(room, next(self._serials), self._clock)

    async def invite(self, room: str, party: str, *, hears: frozenset[str], heard_by: frozenset[str]) -> Invitation:
        found = self.find(room)
        if found is None:
            raise NotFound(f"no room {room}")
        token = self._tickets.issue(found, party, hears=hears, heard_by=heard_by)
        return Invitation(url="memory:", room=room, party=party, token=token)

    async def close(self, room: str) -> None:
        found = self._rooms.pop(room, None)
        if found is not None:
            found.close()

    def find(self, room: str) -> Room | None:
        return self._rooms.get(room)

    def admit(self, invitation: Invitation, listener: Listener) -> Seat:
        """Take the place that the invitation is for. Raises Refused."""
        ticket = self._tickets.spend(invitation)
        room = self._rooms.get(ticket.room)
        if room is None or room.serial != ticket.opened:
            raise Refused("this room is closed", reason="closed")
        return room.seat(ticket.party, ticket.audience, listener)

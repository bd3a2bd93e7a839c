"""Rooms of a LiveKit server."""

from typing import Final

from livekit.api import CreateRoomRequest, DeleteRoomRequest, ListRoomsRequest, TwirpError

from adapters.livekit.errors import translated
from adapters.livekit.room_names import RoomNames
from adapters.livekit.server import LiveKitServer
from adapters.livekit.tickets import Place, issue
from domain.calls.room import Invitation
from ports.errors import NotFound
from ports.rooms import Rooms

EMPTY_SECONDS: Final = 300
"""How long the server keeps a room into which nobody has come."""

LEFT_SECONDS: Final = 60
"""How long it keeps one from which everybody has gone: a Core that comes back finds it. Nobody needs to sweep."""


ORPHANED: Final = ("unknown", "could not find object")
"""What LiveKit 1.13.5 answers to the end of a room whose server was killed, as long as Redis has it and nobody has come
back into it. Opened again, it gets a server that can end it."""


class LiveKitRooms(Rooms):
    """Rooms are made only here: the server runs with `room.auto_create: false`, and where it does not, a joiner leaves
    at once a room that is not the one its ticket names by LiveKit's id."""

    def __init__(self, server: LiveKitServer) -> None:
        self._server = server
        self._names = RoomNames(server.secret)

    async def open(self, room: str) -> None:
        request = CreateRoomRequest(
            name=self._names.room_of(room), empty_timeout=EMPTY_SECONDS, departure_timeout=LEFT_SECONDS
        )
        with translated():
            await self._server.rooms.create_room(request)

    async def invite(self, room: str, party: str, *, hears: frozenset[str], heard_by: frozenset[str]) -> Invitation:
        name = self._names.room_of(room)
        with translated():
            found = (await self._server.rooms.list_rooms(ListRoomsRequest(names=[name]))).rooms
        if not found:
            raise NotFound(f"no room {room}")
        place = Place(room=room, name=name, session=found[0].sid)
        token = issue(self._server, place, party, hears=hears, heard_by=heard_by)
        return Invitation(url=self._server.url, room=room, party=party, token=token)

    async def close(self, room: str) -> None:
        name = self._names.room_of(room)
        try:
            with translated():
                try:
                    await self._delete(name)
                except TwirpError as error:
                    if error.code != ORPHANED[0] or ORPHANED[1] not in error.message:
                        raise
                    await self._server.rooms.create_room(CreateRoomRequest(name=name))
                    await self._delete(name)
        except NotFound:
            pass  # closing what is not open is nothing

    async def _delete(self, name: str) -> None:
        await self._server.rooms.delete_room(DeleteRoomRequest(room=name))

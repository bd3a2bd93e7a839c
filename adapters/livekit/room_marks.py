"""The mark that a room bears of the calls that were dialled into it: set before the INVITE, and seen by everybody who
can ask LiveKit, whoever dialled."""

from typing import Final

import msgspec
from livekit.api import ListRoomsRequest, UpdateRoomMetadataRequest

from adapters.livekit.errors import translated
from adapters.livekit.server import LiveKitServer
from domain.ids import CallId
from ports.errors import NotFound
from ports.messages.decoders import decoder_of

MARK: Final = "cxb.dialled"
_read = decoder_of(dict[str, list[str]]).decode


async def dialled_into(server: LiveKitServer, room: str) -> frozenset[str]:
    """The calls that were, or may have been. Raises NotFound when there is no such room."""
    with translated():
        found = (await server.rooms.list_rooms(ListRoomsRequest(names=[room]))).rooms
    if not found:
        raise NotFound(f"no room {room}")
    return _calls(found[0].metadata)


async def mark(server: LiveKitServer, room: str, call_id: CallId) -> bool:
    """Whether it is new. Raises NotFound when there is no such room."""
    marked = await dialled_into(server, room)
    if call_id in marked:
        return False
    await _write(server, room, marked | {call_id})
    return True


async def unmark(server: LiveKitServer, room: str, call_id: CallId) -> None:
    await _write(server, room, await dialled_into(server, room) - {call_id})


async def _write(server: LiveKitServer, room: str, calls: frozenset[str]) -> None:
    metadata = msgspec.json.encode({MARK: sorted(calls)}).decode()
    with translated():
        await server.rooms.update_room_metadata(UpdateRoomMetadataRequest(room=room, metadata=metadata))


def _calls(metadata: str) -> frozenset[str]:
    """None where the metadata is not ours."""
    try:
        return frozenset(_read(metadata).get(MARK, ()))
    except msgspec.MsgspecError:
        return frozenset()

"""What a look at a room shows of a phone leg in it: LiveKit's SIP participants carry their state as attributes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from livekit.api import ListParticipantsRequest, ListRoomsRequest, RoomParticipantIdentity
from livekit.protocol.models import ParticipantInfo

from adapters.livekit.errors import translated
from adapters.livekit.server import LiveKitServer
from ports.errors import NotFound, Unavailable

STATUS: Final = "sip.callStatus"


class Sight(StrEnum):
    """`GONE` is a leg that is not in its room, `CLOSED` one whose room is not there either."""

    DIALING = "dialing"
    RINGING = "ringing"
    ACTIVE = "active"
    GONE = "gone"
    CLOSED = "closed"


STATES: Final = {"dialing": Sight.DIALING, "ringing": Sight.RINGING, "active": Sight.ACTIVE, "hangup": Sight.GONE}
"""`automation`, while digits are dialled after the answer, counts as active."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A phone leg in a room, by the identity that it has there."""

    identity: str
    sight: Sight
    attributes: Mapping[str, str]


async def look(server: LiveKitServer, room: str, identity: str) -> Sight:
    """Where that leg stands. Raises Unavailable when LiveKit does not answer."""
    for phone in await phones_in(server, room):
        if phone.identity == identity:
            return phone.sight
    return Sight.GONE if await is_open(server, room) else Sight.CLOSED


async def phones_in(server: LiveKitServer, room: str) -> list[Phone]:
    """All legs that have come into a room, none where there is no such room. One that is on its way in does not count:
    taken out at that moment, its library would try for seconds to get in again."""
    with translated():
        found = await server.rooms.list_participants(ListParticipantsRequest(room=room))
    return [
        Phone(
            identity=one.identity,
            sight=STATES.get(one.attributes.get(STATUS, "dialing"), Sight.ACTIVE),
            attributes=dict(one.attributes),
        )
        for one in found.participants
        if one.kind == ParticipantInfo.Kind.SIP and one.state == ParticipantInfo.State.ACTIVE
    ]


async def is_open(server: LiveKitServer, room: str) -> bool:
    with translated():
        return bool((await server.rooms.list_rooms(ListRoomsRequest(names=[room]))).rooms)


async def remove(server: LiveKitServer, room: str, identity: str) -> None:
    """Out of the room, which ends the leg; nothing when it is not there. Of one that is leaving at that moment LiveKit
    says "no response from servers"."""
    try:
        with translated():
            await server.rooms.remove_participant(RoomParticipantIdentity(room=room, identity=identity))
    except NotFound:
        pass
    except Unavailable:
        if any(phone.identity == identity for phone in await phones_in(server, room)):
            raise

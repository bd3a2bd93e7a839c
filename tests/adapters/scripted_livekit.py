"""A LiveKit of a few lines that answers calls as a table says: for what no real server does when it is asked to."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from google.protobuf.message import Message
from livekit.protocol import room as rooms
from livekit.protocol import sip
from livekit.protocol.models import ParticipantInfo, Room

from adapters.livekit.server import LiveKitServer
from adapters.livekit.sip_client import LiveKitSip
from adapters.livekit.trunk_ids import name_of
from contract_tests.backends.livekit_server import KEY, SECRET
from contract_tests.backends.phone_world import TRUNK


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A Twirp error."""

    code: str
    http: int
    message: str = ""
    meta: dict[str, str] = field(default_factory=dict)


Script = Callable[["ScriptedLiveKit", sip.CreateSIPParticipantRequest], Awaitable[Fault | None]]
"""What becomes of a call; None is the answer 200."""


class ScriptedLiveKit:
    """`phones` are the states of legs by room and identity, `asked` the calls that were asked for, `referred` those
    that were handed on, each of which succeeds, `orphans` rooms whose server was killed."""

    def __init__(self) -> None:
        self.rooms: dict[str, str] = {}
        self.trunk = "ST_1"
        self.phones: dict[tuple[str, str], str] = {}
        self.asked: list[sip.CreateSIPParticipantRequest] = []
        self.referred: list[sip.TransferSIPParticipantRequest] = []
        self.removed = asyncio.Event()
        self.lost = False
        self.orphans: set[str] = set()
        self.script: Script = _answers

    def show(self, request: sip.CreateSIPParticipantRequest, status: str) -> None:
        self.phones[request.room_name, request.participant_identity] = status

    def gone(self, request: sip.CreateSIPParticipantRequest) -> None:
        self.phones.pop((request.room_name, request.participant_identity), None)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_post("/twirp/{service}/{method}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body, method = await request.read(), request.match_info["method"]
        if self.lost:
            raise web.HTTPServiceUnavailable
        said = await getattr(self, f"_{method}")(body)
        if said is None:  # the connection is cut
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if isinstance(said, Fault):
            told = {"code": said.code, "msg": said.message, "meta": said.meta}
            return web.Response(status=said.http, text=json.dumps(told), content_type="application/json")
        return web.Response(body=said.SerializeToString(), content_type="application/protobuf")

    async def _ListRooms(self, body: bytes) -> Message:  # noqa: N802  # LiveKit's names
        wanted = rooms.ListRoomsRequest.FromString(body).names
        found = [Room(name=name, metadata=self.rooms[name]) for name in wanted if name in self.rooms]
        return rooms.ListRoomsResponse(rooms=found)

    async def _CreateRoom(self, body: bytes) -> Message:  # noqa: N802
        name = rooms.CreateRoomRequest.FromString(body).name
        self.orphans.discard(name)
        self.rooms.setdefault(name, "")
        return Room(name=name)

    async def _DeleteRoom(self, body: bytes) -> Message | Fault:  # noqa: N802
        name = rooms.DeleteRoomRequest.FromString(body).room
        if name in self.orphans:
            return Fault(code="unknown", http=500, message="could not find object")
        if self.rooms.pop(name, None) is None:
            return Fault(code="not_found", http=404, message="requested room does not exist")
        return rooms.DeleteRoomResponse()

    async def _UpdateRoomMetadata(self, body: bytes) -> Message:  # noqa: N802
        request = rooms.UpdateRoomMetadataRequest.FromString(body)
        self.rooms[request.room] = request.metadata
        return Room(name=request.room)

    async def _ListParticipants(self, body: bytes) -> Message:  # noqa: N802
        room = rooms.ListParticipantsRequest.FromString(body).room
        found = [
            ParticipantInfo(
                identity=identity,
                kind=ParticipantInfo.Kind.SIP,
                state=ParticipantInfo.State.ACTIVE,
                attributes={"sip.callStatus": status},
            )
            for (name, identity), status in self.phones.items()
            if name == room
        ]
        return rooms.ListParticipantsResponse(participants=found)

    async def _RemoveParticipant(self, body: bytes) -> Message:  # noqa: N802
        request = rooms.RoomParticipantIdentity.FromString(body)
        self.phones.pop((request.room, request.identity), None)
        self.removed.set()
        return rooms.RemoveParticipantResponse()

    async def _ListSIPOutboundTrunk(self, _: bytes) -> Message:  # noqa: N802
        trunk = sip.SIPOutboundTrunkInfo(sip_trunk_id=self.trunk, name=name_of(TRUNK))
        return sip.ListSIPOutboundTrunkResponse(items=[trunk])

    async def _CreateSIPParticipant(self, body: bytes) -> Any:  # noqa: N802
        request = sip.CreateSIPParticipantRequest.FromString(body)
        self.asked.append(request)
        if request.sip_trunk_id != self.trunk:
            return Fault(code="not_found", http=404, message="object cannot be found")
        said = await self.script(self, request)
        if said is CUT:
            return None
        return said or sip.SIPParticipantInfo(participant_identity=request.participant_identity)

    async def _TransferSIPParticipant(self, body: bytes) -> Message:  # noqa: N802
        request = sip.TransferSIPParticipantRequest.FromString(body)
        self.referred.append(request)
        self.phones.pop((request.room_name, request.participant_identity), None)
        return sip.TransferSIPParticipantResponse(status=sip.SIPTransferStatus.STS_TRANSFER_SUCCESSFUL)


CUT = Fault(code="", http=0)
"""No answer: the connection is cut."""


async def _answers(livekit: ScriptedLiveKit, request: sip.CreateSIPParticipantRequest) -> Fault | None:
    livekit.show(request, "active")
    return None


@asynccontextmanager
async def clients(url: str) -> AsyncIterator[tuple[LiveKitServer, LiveKitSip]]:
    async with LiveKitServer(url, KEY, SECRET).running() as server, LiveKitSip(url, KEY, SECRET).running() as calls:
        yield server, calls

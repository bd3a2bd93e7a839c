"""Calls by LiveKit: a real livekit-server, and the stand-in for livekit-sip with a carrier behind it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from livekit.api import ListRoomsRequest

from adapters.livekit.audio_links import LiveKitAudioLinks
from adapters.livekit.rooms import LiveKitRooms
from adapters.livekit.server import LiveKitServer
from adapters.livekit.sip_client import LiveKitSip
from adapters.livekit.telephony import LiveKitTelephony
from adapters.livekit.trunk_mirror import LiveKitTrunkMirror
from adapters.memory.leg_ledger import MemoryLegLedger
from adapters.system.clock import SystemClock
from contract_tests.backends.livekit_phones import KEY, SECRET, TRUNK_AS_KEPT, stand_in
from contract_tests.backends.livekit_server import the_server
from domain.ids import TrunkId
from domain.routing.trunk import Trunk
from ports.carrier import Carrier, Incoming, LegEnd, Progress
from ports.telephony import DialOrder
from tests.road.world import Phones


class ByOneTrunk(Carrier):
    """LiveKit has names of its own for trunks: whatever it calls this one, it is `trunk_id` to its carrier."""

    def __init__(self, carrier: Carrier, trunk_id: TrunkId) -> None:
        self.kind = carrier.kind
        self._carrier = carrier
        self._trunk_id = trunk_id

    async def carry(self, order: DialOrder, progress: Progress) -> LegEnd:
        return await self._carrier.carry(replace(order, trunk_id=self._trunk_id), progress)

    def arrivals(self) -> AsyncIterator[Incoming]:
        return self._carrier.arrivals()


@asynccontextmanager
async def by_livekit(carrier: Carrier, trunk: Trunk) -> AsyncIterator[Phones]:
    """Raises Missing where there is no livekit-server."""
    clock, server = SystemClock(), LiveKitServer(the_server().url, KEY, SECRET)
    links, rooms = LiveKitAudioLinks(clock), LiveKitRooms(server)
    async with server.running(), stand_in(server, ByOneTrunk(carrier, trunk.id), most=100) as url, links.running():
        sip = LiveKitSip(url, KEY, SECRET)
        telephony = LiveKitTelephony(server, sip, MemoryLegLedger(), clock, authoritative=True)
        async with sip.running(), telephony.running():
            await LiveKitTrunkMirror(sip).mend([TRUNK_AS_KEPT])
            try:
                yield Phones(clock=clock, rooms=rooms, links=links, telephony=telephony, trunks=(trunk,))
            finally:
                for room in (await server.rooms.list_rooms(ListRoomsRequest())).rooms:
                    await rooms.close(room.name)

"""LiveKit's telephony for the suites: a real livekit-server, and in front of it the stand-in for livekit-sip with a
carrier of this process, whose callees and callers do as they are told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from livekit.api import ListRoomsRequest

from adapters.livekit.audio_links import LiveKitAudioLinks
from adapters.livekit.phones import LiveKitPhones
from adapters.livekit.room_names import RoomNames, came_in
from adapters.livekit.rooms import LiveKitRooms
from adapters.livekit.server import LiveKitServer
from adapters.livekit.sightings import phones_in
from adapters.livekit.sip_client import LiveKitSip
from adapters.livekit.telephony import LiveKitTelephony
from adapters.livekit.trunk_mirror import LiveKitTrunkMirror
from adapters.memory.carrier import MemoryCarrier
from adapters.memory.leg_ledger import MemoryLegLedger
from adapters.system.clock import SystemClock
from adapters.system.serving import serve
from contract_tests.backends import livekit_server
from contract_tests.backends.phone_world import CALLEES, CALLERS, GIVES_UP, GIVES_UP_AFTER, TRUNK, PhoneWorld
from contract_tests.faults.free_ports import take_ports
from domain.ids import DEFAULT_BRAND, CallId
from domain.routing.sip import SipSettings
from launcher.sip_stand_in.callers import Callers
from launcher.sip_stand_in.legs import Legs
from launcher.sip_stand_in.methods import methods
from launcher.sip_stand_in.participants import Participants
from launcher.sip_stand_in.trunks import Trunks
from launcher.sip_stand_in.twirp import TwirpApp
from ports.carrier import Arrival, Carrier
from ports.messages.sip import SipAccount
from ports.trunk_mirror import MirroredTrunk

KEY, SECRET = livekit_server.KEY, livekit_server.SECRET
OURS = "+15550200000"
PATIENCE = 20.0
TRUNK_AS_KEPT = MirroredTrunk(
    account=SipAccount(trunk_id=TRUNK, brand=DEFAULT_BRAND, sip=SipSettings(host="192.0.2.1"), channels=10),
    numbers=(OURS,),
)


@asynccontextmanager
async def livekit_phones(running: livekit_server.RunningServer | None = None) -> AsyncIterator[PhoneWorld]:
    """By the session's livekit-server, or another one that runs. Emptied after each test."""
    clock, server = SystemClock(), LiveKitServer((running or livekit_server.the_server()).url, KEY, SECRET)
    carrier = MemoryCarrier(CALLEES, clock)
    links = LiveKitAudioLinks(clock)
    async with server.running(), stand_in(server, carrier) as url, links.running():
        sip, rooms = LiveKitSip(url, KEY, SECRET), LiveKitRooms(server)
        telephony = LiveKitTelephony(server, sip, MemoryLegLedger(), clock, authoritative=True)
        async with sip.running(), telephony.running():
            await LiveKitTrunkMirror(sip).mend([TRUNK_AS_KEPT])
            try:
                yield PhoneWorld(
                    rooms=rooms,
                    links=links,
                    telephony=telephony,
                    clock=clock,
                    called_by=_callers(server, carrier, clock),
                )
            finally:
                for room in (await server.rooms.list_rooms(ListRoomsRequest())).rooms:
                    await rooms.close(room.name)


@asynccontextmanager
async def stand_in(server: LiveKitServer, carrier: Carrier, *, most: int = 50) -> AsyncIterator[str]:
    """Where it serves LiveKit's SIP service."""
    clock = SystemClock()
    legs, trunks = Legs(LiveKitPhones(server=server, clock=clock), clock, most), Trunks(None)
    participants = Participants(legs=legs, trunks=trunks, carriers=lambda _: carrier)
    callers = Callers(legs=legs, trunks=trunks, rooms=LiveKitRooms(server))
    app = TwirpApp(methods(trunks, participants), KEY, SECRET)
    (port,), stopping = take_ports(1), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(serve(app, host="127.0.0.1", port=port, stopping=stopping))
        async with legs.running():
            calling = group.create_task(callers.run(carrier))
            await _until_open(port)
            yield f"http://127.0.0.1:{port}"
            calling.cancel()
        stopping.set()
        await serving


def _callers(server: LiveKitServer, carrier: MemoryCarrier, clock: SystemClock) -> Callable[[str], Awaitable[CallId]]:
    known: set[str] = set()

    async def called_by(caller: str) -> CallId:
        arrival = Arrival(trunk_id=TRUNK, number=OURS, caller=caller)
        patience = GIVES_UP_AFTER if caller == GIVES_UP else None
        carrier.call_in(arrival, CALLERS[caller], gives_up_after=patience)
        async with asyncio.timeout(PATIENCE):
            while (call_id := await _newcomer(server, known)) is None:
                await clock.sleep(0.01)
        return call_id

    return called_by


async def _newcomer(server: LiveKitServer, known: set[str]) -> CallId | None:
    for room in (await server.rooms.list_rooms(ListRoomsRequest())).rooms:
        if came_in(room.name) and room.name not in known and await phones_in(server, room.name):
            known.add(room.name)
            return RoomNames(SECRET).call_of(room.name)
    return None


async def _until_open(port: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            await writer.wait_closed()
            return

"""The SIP service that the suite talks to: the stand-in, with a carrier of this process, in front of a real
livekit-server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from livekit.api import LiveKitAPI
from livekit.api.sip_service import SipService

from adapters.livekit.phones import LiveKitPhones
from adapters.livekit.rooms import LiveKitRooms
from adapters.livekit.server import LiveKitServer
from adapters.memory.carrier import MemoryCarrier
from adapters.system.clock import SystemClock
from adapters.system.serving import serve
from contract_tests.backends import livekit_server
from contract_tests.faults.free_ports import take_ports
from contract_tests.livekit.far_ends import CALLEES
from launcher.sip_stand_in.callers import Callers
from launcher.sip_stand_in.legs import Legs
from launcher.sip_stand_in.methods import methods
from launcher.sip_stand_in.participants import Participants
from launcher.sip_stand_in.trunks import Trunks
from launcher.sip_stand_in.twirp import TwirpApp


@dataclass(frozen=True, slots=True, kw_only=True)
class SipWorld:
    """`sip` is LiveKit's own client of the service."""

    sip: SipService
    api: LiveKitAPI
    rooms: LiveKitRooms
    carrier: MemoryCarrier
    legs: Legs
    url: str


@asynccontextmanager
async def sip_world(*, most: int = 50) -> AsyncIterator[SipWorld]:
    clock, key, secret = SystemClock(), livekit_server.KEY, livekit_server.SECRET
    server = LiveKitServer(livekit_server.the_server().url, key, secret)
    legs, trunks = Legs(LiveKitPhones(server=server, clock=clock), clock, most), Trunks(None)
    carrier, rooms = MemoryCarrier(CALLEES, clock), LiveKitRooms(server)
    participants = Participants(legs=legs, trunks=trunks, carriers=lambda _: carrier)
    app = TwirpApp(methods(trunks, participants), key, secret)
    (port,), stopping = take_ports(1), asyncio.Event()
    url = f"http://127.0.0.1:{port}"
    async with server.running(), asyncio.TaskGroup() as group:
        serving = group.create_task(serve(app, host="127.0.0.1", port=port, stopping=stopping))
        calling = group.create_task(Callers(legs=legs, trunks=trunks, rooms=rooms).run(carrier))
        async with legs.running(), LiveKitAPI(server.url, key, secret) as api, LiveKitAPI(url, key, secret) as sip:
            await _until_open(port)
            yield SipWorld(sip=sip.sip, api=api, rooms=rooms, carrier=carrier, legs=legs, url=url)
            calling.cancel()
        stopping.set()
        await serving


async def _until_open(port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            await writer.wait_closed()
            return

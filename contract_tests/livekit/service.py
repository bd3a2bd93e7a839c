"""Whatever plays livekit-sip's part, in front of a real livekit-server, with a far end that does as it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import count

from livekit.api import LiveKitAPI
from livekit.api.sip_service import SipService

from adapters.livekit.phones import LiveKitPhones
from adapters.livekit.rooms import LiveKitRooms
from adapters.livekit.server import LiveKitServer
from adapters.memory.carrier import MemoryCarrier
from adapters.system.clock import SystemClock
from adapters.system.serving import serve
from contract_tests.backends import livekit_server
from contract_tests.backends.backend import Backend
from contract_tests.carrier.far_end import FarEnd, far_end
from contract_tests.faults.free_ports import take_ports
from contract_tests.livekit.far_ends import CALLEES, NUMBERS
from contract_tests.livekit.livekit_sip import the_livekit_sip
from contract_tests.livekit.stand_in_process import the_stand_in
from launcher.sip_stand_in.legs import Legs
from launcher.sip_stand_in.methods import methods
from launcher.sip_stand_in.participants import Participants
from launcher.sip_stand_in.trunks import Trunks
from launcher.sip_stand_in.twirp import TwirpApp

_seeds = count(1)
"""A far end's chance gives its calls their Call-IDs, and a service that outlives it knows those of the one before."""

KEY, SECRET = livekit_server.KEY, livekit_server.SECRET


@dataclass(frozen=True, slots=True, kw_only=True)
class SipWorld:
    """`sip` is LiveKit's own client of the service at `url`, `address` where a trunk's far end is. `idle` says whether
    the far end has no call any more."""

    sip: SipService
    api: LiveKitAPI
    rooms: LiveKitRooms
    livekit: str
    url: str
    address: str
    idle: Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledWorld(SipWorld):
    """`far` can also call us, at `here`."""

    far: FarEnd
    here: tuple[str, int]


@asynccontextmanager
async def memory(*, most: int = 50) -> AsyncIterator[SipWorld]:
    """The stand-in in this process, with a carrier that has no network."""
    clock, server = SystemClock(), LiveKitServer(livekit_server.the_server().url, KEY, SECRET)
    legs, trunks, carrier = Legs(LiveKitPhones(server=server, clock=clock), clock, most), Trunks(None), None
    carrier = MemoryCarrier(CALLEES, clock)
    participants = Participants(legs=legs, trunks=trunks, carriers=lambda _: carrier)
    app = TwirpApp(methods(trunks, participants), KEY, SECRET)
    (port,), stopping = take_ports(1), asyncio.Event()
    url = f"http://127.0.0.1:{port}"
    async with server.running(), asyncio.TaskGroup() as group:
        serving = group.create_task(serve(app, host="127.0.0.1", port=port, stopping=stopping))
        async with legs.running(), LiveKitAPI(server.url, KEY, SECRET) as api, LiveKitAPI(url, KEY, SECRET) as sip:
            await _until_open(port)
            yield SipWorld(
                sip=sip.sip,
                api=api,
                rooms=LiveKitRooms(server),
                livekit=server.url,
                url=url,
                address="sip.example.test",
                idle=lambda: not len(legs),
            )
        stopping.set()
        await serving


@asynccontextmanager
async def stand_in() -> AsyncIterator[CalledWorld]:
    """The stand-in as it is started anywhere, and the scripted far end, over SIP."""
    one = the_stand_in()
    async with over_sip(livekit_server.the_server().url, one.url, one.sip) as world:
        yield world


@asynccontextmanager
async def livekit_sip() -> AsyncIterator[CalledWorld]:
    """The real one, where it is on PATH: it is asked through its livekit-server."""
    one = the_livekit_sip()
    async with over_sip(one.livekit, one.livekit, one.sip) as world:
        yield world


@asynccontextmanager
async def over_sip(livekit: str, url: str, here: tuple[str, int]) -> AsyncIterator[CalledWorld]:
    server = LiveKitServer(livekit, KEY, SECRET)
    async with (
        far_end(numbers=NUMBERS, seed=next(_seeds)) as far,
        server.running(),
        LiveKitAPI(livekit, KEY, SECRET) as api,
        LiveKitAPI(url, KEY, SECRET) as sip,
    ):
        yield CalledWorld(
            sip=sip.sip,
            api=api,
            rooms=LiveKitRooms(server),
            livekit=livekit,
            url=url,
            address=f"127.0.0.1:{far.port}",
            idle=lambda: all(call.ended_at is not None for call in far.calls.values()),
            far=far,
            here=here,
        )


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


def _backend(name: str, opens: Callable[[], AbstractAsyncContextManager[SipWorld]]) -> Backend:
    return Backend(name=name, open=opens)


OVER_SIP = (_backend("sip_stand_in", stand_in), _backend("livekit_sip", livekit_sip))
ALL = (_backend("sip_stand_in_in_memory", memory), *OVER_SIP)

"""The backends of rooms, audio links, telephony and carriers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from itertools import count

from livekit.api import ListRoomsRequest

from adapters.exchange.audio_links import ExchangeAudioLinks
from adapters.exchange.connection import ExchangeConnection
from adapters.exchange.rooms import ExchangeRooms
from adapters.exchange.server import ExchangeServer
from adapters.exchange.telephony import ExchangeTelephony
from adapters.livekit.audio_links import LiveKitAudioLinks
from adapters.livekit.errors import translated
from adapters.livekit.rooms import LiveKitRooms
from adapters.livekit.server import LiveKitServer
from adapters.memory.audio_links import MemoryAudioLinks
from adapters.memory.carrier import MemoryCarrier, MemoryIncoming
from adapters.memory.clock import MemoryClock
from adapters.memory.leg_journal import MemoryLegJournal
from adapters.memory.rooms import MemoryRooms
from adapters.memory.telephony import MemoryTelephony
from adapters.system.clock import SystemClock
from contract_tests.backends import livekit_server
from contract_tests.backends.backend import Backend
from contract_tests.backends.livekit_phones import livekit_phones
from contract_tests.backends.livekit_trunks import MIRRORS
from contract_tests.backends.phone_world import (
    CALLEES,
    CALLERS,
    GIVES_UP,
    GIVES_UP_AFTER,
    IS_BUSY,
    LISTENS,
    NEVER_ANSWERS,
    SPEAKS,
    TRUNK,
    CarrierWorld,
    PhoneWorld,
    RoomWorld,
)
from domain.ids import CallId
from ports.carrier import Arrival
from ports.clock import Clock

SECRET = "a-secret-between-processes-that-tests-use"


@asynccontextmanager
async def memory() -> AsyncIterator[PhoneWorld]:
    clock = MemoryClock()
    rooms = MemoryRooms(clock)
    telephony = MemoryTelephony(rooms, {TRUNK: MemoryCarrier(CALLEES, clock)}.get, MemoryLegJournal(), clock)
    async with telephony.running():
        yield PhoneWorld(
            rooms=rooms,
            links=MemoryAudioLinks(rooms, clock),
            telephony=telephony,
            clock=clock,
            called_by=_callers(rooms, telephony, clock),
        )


def _callers(rooms: MemoryRooms, telephony: MemoryTelephony, clock: Clock) -> Callable[[str], Awaitable[CallId]]:
    carrier, numbers = MemoryCarrier(CALLEES, clock), count(1)

    async def called_by(caller: str) -> CallId:
        call_id = CallId(f"call_in_{next(numbers)}")
        arrival = Arrival(trunk_id=TRUNK, number="+15550200000", caller=caller)
        patience = GIVES_UP_AFTER if caller == GIVES_UP else None
        await rooms.open(call_id)
        await telephony.ring(call_id, MemoryIncoming(arrival, CALLERS[caller], carrier, clock, patience))
        return call_id

    return called_by


@asynccontextmanager
async def exchange() -> AsyncIterator[PhoneWorld]:
    """A real server on a free port, with the memory model and its scripted carrier behind it, and one client."""
    clock = SystemClock()
    rooms = MemoryRooms(clock)
    telephony = MemoryTelephony(rooms, {TRUNK: MemoryCarrier(CALLEES, clock)}.get, MemoryLegJournal(), clock)
    server = ExchangeServer(rooms, telephony, clock, secret=SECRET)
    async with server.listening("127.0.0.1", 0) as port, telephony.running():
        connection = ExchangeConnection(f"ws://127.0.0.1:{port}", SECRET, clock)
        async with connection.running():
            yield PhoneWorld(
                rooms=ExchangeRooms(connection),
                links=ExchangeAudioLinks(connection),
                telephony=ExchangeTelephony(connection),
                clock=clock,
                called_by=_callers(rooms, telephony, clock),
            )


@asynccontextmanager
async def livekit() -> AsyncIterator[RoomWorld]:
    """The session's real livekit-server, emptied after each test."""
    clock = SystemClock()
    server = LiveKitServer(livekit_server.the_server().url, livekit_server.KEY, livekit_server.SECRET)
    links = LiveKitAudioLinks(clock)
    async with server.running(), links.running():
        rooms = LiveKitRooms(server)
        try:
            yield RoomWorld(rooms=rooms, links=links, clock=clock)
        finally:
            with translated():
                left = await server.rooms.list_rooms(ListRoomsRequest())
            for room in left.rooms:
                await rooms.close(room.name)


@asynccontextmanager
async def memory_carrier() -> AsyncIterator[CarrierWorld]:
    clock = MemoryClock()
    yield CarrierWorld(
        carrier=MemoryCarrier(CALLEES, clock),
        clock=clock,
        busy=IS_BUSY,
        answers=LISTENS,
        speaks=SPEAKS,
        never_answers=NEVER_ANSWERS,
    )


MEMORY = Backend(name="memory", open=memory, virtual=True)
EXCHANGE = Backend(name="exchange", open=exchange)
LIVEKIT = Backend(name="livekit", open=livekit)
DATA: Mapping[str, Backend] = {"memory": MEMORY, "exchange": EXCHANGE}
"""Those where sound travels as data: nothing of it changes on the way, and words travel with it."""

ROOMS: Mapping[str, Backend] = {**DATA, "livekit": LIVEKIT}

BACKENDS: Mapping[str, Mapping[str, Backend]] = {
    "rooms": ROOMS,
    "audio_links": ROOMS,
    "exact_links": DATA,
    "telephony": {**DATA, "livekit": Backend(name="livekit", open=livekit_phones)},
    "trunk_mirror": MIRRORS,
    "carrier": {"memory": Backend(name="memory", open=memory_carrier, virtual=True)},
}

"""The backends of rooms, audio links, telephony and carriers."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from adapters.memory.audio_links import MemoryAudioLinks
from adapters.memory.carrier import MemoryCarrier
from adapters.memory.clock import MemoryClock
from adapters.memory.leg_journal import MemoryLegJournal
from adapters.memory.rooms import MemoryRooms
from adapters.memory.telephony import MemoryTelephony
from contract_tests.backends.backend import Backend
from contract_tests.backends.phone_world import (
    CALLEES,
    IS_BUSY,
    LISTENS,
    NEVER_ANSWERS,
    SPEAKS,
    TRUNK,
    CarrierWorld,
    PhoneWorld,
)


@asynccontextmanager
async def memory() -> AsyncIterator[PhoneWorld]:
    clock = MemoryClock()
    rooms = MemoryRooms(clock)
    telephony = MemoryTelephony(rooms, {TRUNK: MemoryCarrier(CALLEES, clock)}.get, MemoryLegJournal(), clock)
    async with telephony.running():
        yield PhoneWorld(rooms=rooms, links=MemoryAudioLinks(rooms, clock), telephony=telephony, clock=clock)


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
MEDIA: Mapping[str, Backend] = {"memory": MEMORY}

BACKENDS: Mapping[str, Mapping[str, Backend]] = {
    "rooms": MEDIA,
    "audio_links": MEDIA,
    "telephony": MEDIA,
    "carrier": {"memory": Backend(name="memory", open=memory_carrier, virtual=True)},
}

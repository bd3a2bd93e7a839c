"""A phone leg in a room of a real livekit-server, where somebody will not have it there."""

import asyncio

from adapters.livekit.phones import LiveKitPhones
from adapters.livekit.rooms import LiveKitRooms
from adapters.livekit.server import LiveKitServer
from adapters.livekit.sightings import phones_in, remove
from adapters.system.clock import SystemClock
from contract_tests.backends import livekit_server
from contract_tests.backends.backend import Missing
from contract_tests.backends.livekit_server import KEY, SECRET
from contract_tests.backends.roll import RAN, leave_out
from contract_tests.ports.company import PATIENCE
from ports.errors import Unavailable

PUBLISHED_WITHIN = 3.0
"""Seconds that a phone gives the library for its track: it never hears that there is no room for that any more."""


async def test_one_that_is_taken_out_as_it_comes_in_is_out_at_once() -> None:
    try:
        server = LiveKitServer(livekit_server.the_server().url, KEY, SECRET)
    except Missing as missing:
        leave_out("livekit", str(missing))
    RAN.add("livekit")
    loop = asyncio.get_running_loop()
    async with server.running(), asyncio.timeout(PATIENCE):
        rooms, phones = LiveKitRooms(server), LiveKitPhones(server=server, clock=SystemClock())
        await rooms.open("call_1")

        async def come() -> None:
            async with phones.joined("call_1", "sip_1", name="", metadata="", attributes={}) as phone:
                await phone.left.wait()

        coming = asyncio.ensure_future(come())
        while not await phones_in(server, "call_1"):
            pass  # it is asked again at once: what is looked for is over in milliseconds
        began = loop.time()
        await remove(server, "call_1", "sip_1")
        [error] = await asyncio.gather(coming, return_exceptions=True)

        assert error is None or isinstance(error, Unavailable)
        assert loop.time() - began < PUBLISHED_WITHIN - 0.5
        await rooms.close("call_1")

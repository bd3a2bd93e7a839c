"""A call that comes in, as a real livekit-server tells of it: from the carrier's INVITE to the message for the API."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.livekit.arrival_webhook import LiveKitArrivalWebhook
from contract_tests.backends import livekit_server
from contract_tests.backends.backend import Missing
from contract_tests.backends.livekit_phones import OURS, livekit_phones
from contract_tests.backends.livekit_server import KEY, SECRET
from contract_tests.backends.phone_world import LISTENS, TRUNK
from contract_tests.backends.roll import RAN, leave_out
from contract_tests.ports.company import PATIENCE, is_a, join, until
from ports.audio_links import Joined
from ports.messages.inbound import Arrived
from ports.telephony import LegState


@asynccontextmanager
async def listening(arrivals: asyncio.Queue[Arrived]) -> AsyncIterator[str]:
    """A bare HTTP listener that reads webhooks; yields its address."""
    webhook = LiveKitArrivalWebhook(KEY, SECRET)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:])}
        arrived = webhook.read(await reader.readexactly(int(fields["content-length"])), fields["authorization"])
        if arrived is not None:
            arrivals.put_nowait(arrived)
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def test_a_real_servers_webhook_tells_of_the_call_that_rings() -> None:
    arrivals: asyncio.Queue[Arrived] = asyncio.Queue()
    async with listening(arrivals) as url:
        try:
            running = livekit_server.start(more=f"webhook:\n  api_key: {KEY}\n  urls: ['{url}']\n")
        except Missing as missing:
            leave_out("livekit", str(missing))
        RAN.add("livekit")
        try:
            async with livekit_phones(running=running) as world:
                call_id = await world.called_by(LISTENS)
                async with asyncio.timeout(PATIENCE):
                    arrived = await arrivals.get()
                assert arrived == Arrived(call_id=call_id, trunk_id=TRUNK, number=OURS, caller=LISTENS)
                assert (await world.telephony.find(arrived.call_id)).state is LegState.RINGING

                core = await join(world, arrived.call_id, "core")
                await world.telephony.answer(arrived.call_id)
                await until(core.events(), is_a(Joined, "callee"))
        finally:
            running.stop()
    assert arrivals.empty()

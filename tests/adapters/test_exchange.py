"""What the exchange does when a client or its connection is lost, and what it lets whom do."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import astuple
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from adapters.exchange.audio_links import ExchangeAudioLinks
from adapters.exchange.connection import ExchangeConnection
from adapters.exchange.outbox import MOST_PACKETS, Outbox
from adapters.exchange.rooms import ExchangeRooms
from adapters.exchange.server import ExchangeServer
from adapters.exchange.telephony import ExchangeTelephony
from adapters.memory.carrier import NO_ANSWER, Callee, MemoryCarrier
from adapters.memory.clock import MemoryClock
from adapters.memory.leg_journal import MemoryLegJournal
from adapters.memory.rooms import MemoryRooms
from adapters.memory.telephony import MemoryTelephony
from adapters.system.clock import SystemClock
from domain.calls.audio import AudioFrame
from domain.calls.room import Invitation
from domain.ids import DEFAULT_BRAND, CallId, TrunkId
from ports.audio_links import Joined, Left
from ports.errors import Busy, Refused, Unavailable
from ports.telephony import DialOrder, HangUp, LegKind, LegState

SECRET = "a-secret-between-processes-that-tests-use"
ROOT = Path(__file__).parents[2]
ALL = frozenset({"core", "dialler", "callee"})
FRAME = AudioFrame(pcm=b"\1\2" * 320)
CLOCK = SystemClock()

JOINER = """
import asyncio, sys
from adapters.exchange.audio_links import ExchangeAudioLinks
from adapters.exchange.connection import ExchangeConnection
from adapters.system.clock import SystemClock
from domain.calls.room import Invitation

async def main():
    url, room, party, token = sys.argv[1:]
    async with ExchangeConnection(url, "", SystemClock()).running() as connection:
        await ExchangeAudioLinks(connection).join(Invitation(url=url, room=room, party=party, token=token))
        await asyncio.sleep(60)

asyncio.run(main())
"""


class Exchange:
    """One exchange, and as many connections to it as a test needs."""

    def __init__(self) -> None:
        self.rooms = MemoryRooms(CLOCK)
        callees = {"+15550100001": Callee(answers_after=0.05, rings_after=0.0), "+15550100002": NO_ANSWER}
        carrier = MemoryCarrier(callees, CLOCK)
        self.telephony = MemoryTelephony(self.rooms, lambda _: carrier, MemoryLegJournal(), CLOCK)
        self.server = ExchangeServer(self.rooms, self.telephony, CLOCK, secret=SECRET)
        self.port = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Exchange"]:
        async with self.server.listening("127.0.0.1", self.port) as self.port:
            yield self

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Exchange"]:
        async with self.telephony.running(), self.listening():
            yield self

    def connection(self, secret: str = SECRET) -> ExchangeConnection:
        return ExchangeConnection(f"ws://127.0.0.1:{self.port}", secret, CLOCK)


def order(call: str, to: str = "+15550100001") -> DialOrder:
    return DialOrder(
        call_id=CallId(call),
        brand=DEFAULT_BRAND,
        room=call,
        trunk_id=TrunkId("trunk"),
        to=to,
        caller_number="+15550199999",
        ring_timeout=5.0,
        max_duration=30.0,
    )


async def invited(exchange: Exchange, party: str) -> Invitation:
    await exchange.rooms.open("call_1")
    return await exchange.rooms.invite("call_1", party, hears=ALL, heard_by=ALL)


async def test_the_links_of_a_process_that_is_killed_leave_at_once() -> None:
    async with Exchange().running() as exchange, exchange.connection().running() as connection:
        links = ExchangeAudioLinks(connection)
        dialler = await links.join(await invited(exchange, "dialler"))
        url, room, party, token = astuple(await invited(exchange, "core"))
        url = connection.url
        core = await asyncio.create_subprocess_exec(
            sys.executable, "-c", JOINER, url, room, party, token, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}
        )
        events = dialler.events()
        async with asyncio.timeout(20):
            assert isinstance(await anext(events), Joined)

        core.kill()

        async with asyncio.timeout(1):
            assert isinstance(await anext(events), Left)
        await core.wait()


async def test_a_lost_exchange_ends_links_and_watches_and_is_found_again_when_it_is_back() -> None:
    exchange = Exchange()
    async with exchange.telephony.running(), AsyncExitStack() as clients:
        async with exchange.listening():
            connection = await clients.enter_async_context(exchange.connection().running())
            telephony = ExchangeTelephony(connection)
            link = await ExchangeAudioLinks(connection).join(await invited(exchange, "core"))
            await telephony.dial(order("call_1", "+15550100002"))
            watching = telephony.watch(CallId("call_1"))
            assert (await anext(watching)).kind is LegKind.RINGING

        with pytest.raises(Unavailable):
            await anext(watching)
        assert [event async for event in link.events()] == []
        with pytest.raises(Unavailable):
            await link.speak(FRAME)
        await link.leave()
        with pytest.raises(Unavailable):
            await telephony.find(CallId("call_1"))

        async with exchange.listening():
            assert (await telephony.find(CallId("call_1"))).state is LegState.RINGING
            assert await (await ExchangeAudioLinks(connection).join(await invited(exchange, "core"))).speak(FRAME) >= 0


async def test_control_needs_the_secret_and_a_ticket_is_enough_to_join() -> None:
    async with Exchange().running() as exchange, exchange.connection("").running() as stranger:
        for act in (ExchangeRooms(stranger).open("call_1"), ExchangeTelephony(stranger).dial(order("call_1"))):
            with pytest.raises(Refused):
                await act
        with pytest.raises(Refused):
            await anext(ExchangeTelephony(stranger).watch(CallId("call_1")))

        link = await ExchangeAudioLinks(stranger).join(await invited(exchange, "core"))

        assert await link.speak(FRAME) >= 0


async def test_a_wrong_secret_opens_nothing() -> None:
    async with Exchange().running() as exchange, exchange.connection("guessed").running() as stranger:
        with pytest.raises(Refused):
            await ExchangeAudioLinks(stranger).join(await invited(exchange, "core"))


async def test_health_counts_rooms_and_legs_and_says_when_it_drains() -> None:
    async with Exchange().running() as exchange, httpx.AsyncClient(trust_env=False) as client:
        url = f"http://127.0.0.1:{exchange.port}/health"
        await exchange.rooms.open("call_1")
        await exchange.telephony.dial(order("call_1"))
        assert (await client.get(url)).json() == {"status": "ok", "legs": 1, "rooms": 1}

        await exchange.telephony.drain(0.0)

        assert (await client.get(url)).json() == {"status": "draining", "legs": 0, "rooms": 1}


@pytest.mark.parametrize("nonsense", ["{}", "no json", '{"id":1,"what":{"kind":"fly"}}', b"\0" * 7, b"\xff" * 64])
async def test_nonsense_ends_the_connection_that_it_came_by_and_no_other(nonsense: str | bytes) -> None:
    async with Exchange().running() as exchange, exchange.connection().running() as connection:
        link = await ExchangeAudioLinks(connection).join(await invited(exchange, "core"))
        async with connect(f"ws://127.0.0.1:{exchange.port}", proxy=None) as socket:
            await socket.send(nonsense)
            await socket.wait_closed()
            assert socket.close_code == 1007

        assert await link.speak(FRAME) >= 0


async def test_a_far_side_that_does_not_read_costs_bounded_memory_and_loses_the_oldest_sound() -> None:
    reads, caught_up = asyncio.Event(), asyncio.Event()
    sent: list[bytes] = []

    async def send(message: bytes) -> None:
        await reads.wait()
        sent.append(message)
        if message.endswith(b"%d " % (3 * MOST_PACKETS - 1)):
            caught_up.set()

    outbox = Outbox(send, CLOCK)
    async with asyncio.TaskGroup() as group:
        sending = group.create_task(outbox.run())
        outbox.put(b"key ")
        for number in range(3 * MOST_PACKETS):
            outbox.put(b"%d " % number, sound=True)
        await asyncio.sleep(0)
        reads.set()
        async with asyncio.timeout(5):
            await caught_up.wait()
        sending.cancel()

    words = b"".join(sent).split()
    assert words[0] == b"key"
    assert len(words) == MOST_PACKETS
    assert outbox.dropped == 2 * MOST_PACKETS + 1


@pytest.mark.virtual_time
async def test_draining_lets_calls_end_for_a_while_and_takes_no_new_ones() -> None:
    clock = MemoryClock()
    rooms = MemoryRooms(clock)
    short, long = Callee(hangs_up_after=5.0), Callee()
    carrier = MemoryCarrier({"+15550100001": short, "+15550100002": long}, clock)
    telephony = MemoryTelephony(rooms, lambda _: carrier, MemoryLegJournal(), clock)
    for room in ("call_1", "call_2", "call_3"):
        await rooms.open(room)
    async with telephony.running(), asyncio.TaskGroup() as group:
        await telephony.dial(order("call_1"))
        await telephony.dial(order("call_2", "+15550100002"))
        draining = group.create_task(telephony.drain(10.0))
        await clock.sleep(1.0)
        with pytest.raises(Busy):
            await telephony.dial(order("call_3"))
        await draining

        ends = [(await telephony.find(CallId(call))).end for call in ("call_1", "call_2")]
        assert [(end.by, end.reason) for end in ends if end] == [
            (HangUp.CALLEE, "bye"),
            (HangUp.NETWORK, "exchange stopping"),
        ]
        assert clock.monotonic() == pytest.approx(10.0, abs=0.1)

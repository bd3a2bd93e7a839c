"""What carries calls that click, each in processes of its own: the exchange with a scripted carrier or with a far end
by SIP behind it, or LiveKit's server, the stand-in for its SIP, and that far end behind them."""

import asyncio
import logging
import multiprocessing
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, Final

import structlog
import uvloop

from adapters.exchange.audio_links import ExchangeAudioLinks
from adapters.exchange.connection import ExchangeConnection
from adapters.exchange.rooms import ExchangeRooms
from adapters.exchange.server import ExchangeServer
from adapters.exchange.telephony import ExchangeTelephony
from adapters.livekit.audio_links import LiveKitAudioLinks
from adapters.livekit.rooms import LiveKitRooms
from adapters.livekit.server import LiveKitServer
from adapters.livekit.sip_client import LiveKitSip
from adapters.livekit.telephony import LiveKitTelephony
from adapters.livekit.trunk_mirror import LiveKitTrunkMirror
from adapters.memory.carrier_desk import MemoryCarrierDesk
from adapters.memory.leg_journal import MemoryLegJournal
from adapters.memory.leg_ledger import MemoryLegLedger
from adapters.memory.rooms import MemoryRooms
from adapters.memory.telephony import MemoryTelephony
from adapters.system.clock import SystemClock
from benchmarks import click_far_side
from benchmarks.click_calls import CALLER, TRUNK, ClickCarrier, Doors, Lossy
from contract_tests.backends import livekit_server
from contract_tests.backends.sip import account, open_carrier
from contract_tests.livekit import stand_in_process
from contract_tests.livekit.stand_in_process import RunningStandIn
from domain.ids import TrunkId
from ports.carrier import Carrier
from ports.trunk_mirror import MirroredTrunk

SECRET: Final = "a-secret-that-only-this-benchmark-uses"  # noqa: S105  # a benchmark's own
CLOCK: Final = SystemClock()
ENDS_WITHIN: Final = 30.0
OPENS_WITHIN: Final = 60.0
LOOK_EVERY: Final = 0.05

Carriers = Callable[[TrunkId], Carrier | None]


@dataclass(slots=True, kw_only=True)
class Road:
    """`opened` is for the loop of Core's part. `late` is, once the road is closed, by how many milliseconds the far end
    heard each of the bot's clicks late, where it is one that tells."""

    opened: Callable[[], AbstractAsyncContextManager[Doors]]
    late: list[float] = field(default_factory=list)


@contextmanager
def by_exchange(line: Lossy, seconds: float) -> Iterator[Road]:  # noqa: ARG001  # they click as long as anybody hears
    with _beside(_serve_scripted, line) as (port, _):
        yield Road(opened=partial(_exchange_doors, port))


@contextmanager
def by_sip(line: Lossy, seconds: float) -> Iterator[Road]:
    with (
        _beside(click_far_side.serve, line, seconds) as (far_port, told),
        _beside(_serve_sip, far_port) as (port, _),
    ):
        road = Road(opened=partial(_exchange_doors, port))
        yield road
        road.late = told()


@contextmanager
def by_livekit(line: Lossy, seconds: float) -> Iterator[Road]:
    """Raises Missing where there is no livekit-server."""
    server = livekit_server.start()
    try:
        stand_in = stand_in_process.start(server.url)
        try:
            with _beside(click_far_side.serve, line, seconds) as (far_port, told):
                road = Road(opened=partial(_livekit_doors, server.url, stand_in, far_port))
                yield road
                road.late = told()
        finally:
            stand_in.clear()
    finally:
        server.stop()


ROADS: Final[Mapping[str, Callable[[Lossy, float], AbstractContextManager[Road]]]] = {
    "exchange": by_exchange,
    "sip": by_sip,
    "livekit": by_livekit,
}


@contextmanager
def _beside(target: Callable[..., None], *given: Any) -> Iterator[tuple[Any, Callable[[], Any]]]:
    """A process, the first thing that it says, and what asks it for its last, which ends it."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=target, args=(theirs, *given), daemon=True)
    process.start()
    theirs.close()
    asked: list[Any] = []

    def last() -> Any:
        ours.send("end")
        asked.append(ours.recv())
        return asked[-1]

    try:
        yield ours.recv(), last
    finally:
        if not asked and process.is_alive():
            ours.send("end")
        process.join(ENDS_WITHIN)
        if process.is_alive():
            process.kill()


def _serve_scripted(pipe: Connection, line: Lossy) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    carrier = ClickCarrier(line, CLOCK)
    uvloop.run(_serve(pipe, lambda _: carrier))


def _serve_sip(pipe: Connection, far_port: int) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    uvloop.run(_serve_trunk(pipe, far_port))


async def _serve_trunk(pipe: Connection, far_port: int) -> None:
    async with open_carrier(MemoryCarrierDesk([account(far_port, trunk=TRUNK)])) as (carrier, _):
        await _serve(pipe, carrier.behind)


async def _serve(pipe: Connection, carriers: Carriers) -> None:
    """An exchange, until it is told to end."""
    rooms = MemoryRooms(CLOCK)
    async with (
        MemoryTelephony(rooms, carriers, MemoryLegJournal(), CLOCK).running() as telephony,
        ExchangeServer(rooms, telephony, CLOCK, secret=SECRET).listening("127.0.0.1", 0) as port,
    ):
        pipe.send(port)
        await asyncio.to_thread(pipe.recv)


@asynccontextmanager
async def _exchange_doors(port: int) -> AsyncIterator[Doors]:
    async with ExchangeConnection(f"ws://127.0.0.1:{port}", SECRET, CLOCK).running() as connection:
        yield Doors(
            rooms=ExchangeRooms(connection),
            telephony=ExchangeTelephony(connection),
            links=ExchangeAudioLinks(connection),
        )


@asynccontextmanager
async def _livekit_doors(url: str, stand_in: RunningStandIn, far_port: int) -> AsyncIterator[Doors]:
    key, secret = livekit_server.KEY, livekit_server.SECRET
    server, sip, links = (
        LiveKitServer(url, key, secret),
        LiveKitSip(stand_in.url, key, secret),
        LiveKitAudioLinks(CLOCK),
    )
    telephony = LiveKitTelephony(server, sip, MemoryLegLedger(), CLOCK, authoritative=True)
    async with server.running(), links.running(), sip.running(), telephony.running():
        mirrored = MirroredTrunk(account=account(far_port, trunk=TRUNK), numbers=(CALLER,))
        await LiveKitTrunkMirror(sip).mend([mirrored])
        await _until_open(stand_in)
        yield Doors(rooms=LiveKitRooms(server), telephony=telephony, links=links)


async def _until_open(stand_in: RunningStandIn) -> None:
    """It has no SIP socket before it has a trunk, and tries again where its port was somebody's."""
    async with asyncio.timeout(OPENS_WITHIN):
        while "sip_open" not in stand_in.log():
            await CLOCK.sleep(LOOK_EVERY)

"""What one frame costs on its way through the exchange, how even frames arrive, and whether any is lost.

`python -m benchmarks.exchange_frames [--short] [--calls 20] [--seconds 5]`: three processes in real time. One is
the exchange, two are call processes with one party of each call; everybody talks without a pause.
"""

import asyncio
import multiprocessing
import time
from dataclasses import astuple, dataclass
from itertools import pairwise
from multiprocessing.connection import Connection
from statistics import mean
from typing import Any, Final

import uvloop

from adapters.exchange.audio_links import ExchangeAudioLinks
from adapters.exchange.connection import ExchangeConnection
from adapters.exchange.rooms import ExchangeRooms
from adapters.exchange.server import ExchangeServer
from adapters.memory.leg_journal import MemoryLegJournal
from adapters.memory.rooms import MemoryRooms
from adapters.memory.telephony import MemoryTelephony
from adapters.system.clock import SystemClock
from benchmarks.report import Plotted, Report, arguments
from benchmarks.rounds import Figures, Side, alternate, percentile
from domain.calls.audio import FRAME_BYTES, FRAME_SECONDS, AudioFrame
from domain.calls.room import CALLEE, CORE, Invitation
from ports.audio_links import AudioLink, Heard

SECRET: Final = "a-secret-that-only-this-benchmark-uses"  # noqa: S105  # a benchmark's own
FRAME: Final = AudioFrame(pcm=bytes(range(256)) * (FRAME_BYTES // 256) + bytes(FRAME_BYTES % 256))
CLOCK: Final = SystemClock()


@dataclass(kw_only=True)
class Tally:
    """One call process's part. CPU in seconds, gaps in milliseconds between frames of one party."""

    cpu: float
    said: int
    heard: int
    gaps: list[float]


async def _serve(pipe: Connection) -> None:
    rooms = MemoryRooms(CLOCK)
    telephony = MemoryTelephony(rooms, lambda _: None, MemoryLegJournal(), CLOCK)
    async with ExchangeServer(rooms, telephony, CLOCK, secret=SECRET).listening("127.0.0.1", 0) as port:
        pipe.send(port)
        for _ in range(2):  # the beginning, the end
            await asyncio.to_thread(pipe.recv)
            pipe.send(time.process_time())


async def _talk(url: str, tickets: list[tuple[str, str, str, str]], seconds: float, start: float) -> Tally:
    async with ExchangeConnection(url, "", CLOCK).running() as connection:
        door = ExchangeAudioLinks(connection)
        links = [await door.join(Invitation(**dict(zip(_FIELDS, t, strict=True)))) for t in tickets]
        await asyncio.sleep(max(0.0, start - time.monotonic()))
        cpu = time.process_time()
        async with asyncio.TaskGroup() as group:
            hearing = [group.create_task(_hear(link)) for link in links]
            saying = [group.create_task(_say(link, round(seconds / FRAME_SECONDS))) for link in links]
            said = sum([await task for task in saying])
            await asyncio.sleep(0.5)
            cpu = time.process_time() - cpu
            for link in links:
                await link.leave()
        arrivals = [task.result() for task in hearing]
    gaps = [(b - a) * 1000 for times in arrivals for a, b in pairwise(times)]
    return Tally(cpu=cpu, said=said, heard=sum(map(len, arrivals)), gaps=gaps)


_FIELDS: Final = ("url", "room", "party", "token")


async def _say(link: AudioLink, frames: int) -> int:
    for _ in range(frames):
        await link.speak(FRAME)
    return frames


async def _hear(link: AudioLink) -> list[float]:
    return [time.monotonic() async for event in link.events() if isinstance(event, Heard)]


def serve(pipe: Connection) -> None:
    uvloop.run(_serve(pipe))


def talk(pipe: Connection, *given: Any) -> None:
    pipe.send(astuple(uvloop.run(_talk(*given))))


async def _tickets(url: str, calls: int) -> dict[str, list[tuple[str, str, str, str]]]:
    both = frozenset({CALLEE, CORE})
    async with ExchangeConnection(url, SECRET, CLOCK).running() as connection:
        rooms = ExchangeRooms(connection)
        tickets: dict[str, list[tuple[str, str, str, str]]] = {CALLEE: [], CORE: []}
        for number in range(calls):
            await rooms.open(f"call_{number}")
            for party, list_ in tickets.items():
                invitation = await rooms.invite(f"call_{number}", party, hears=both, heard_by=both)
                list_.append(astuple(invitation))
    return tickets


def measure(calls: int, seconds: float) -> Figures:
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    exchange = spawn.Process(target=serve, args=(theirs,), daemon=True)
    exchange.start()
    url = f"ws://127.0.0.1:{ours.recv()}"
    tickets = asyncio.run(_tickets(url, calls))
    start = time.monotonic() + (3.0 if seconds > 1 else 1.5)
    pipes = []
    for party in (CALLEE, CORE):
        near, far = spawn.Pipe()
        spawn.Process(target=talk, args=(far, url, tickets[party], seconds, start), daemon=True).start()
        pipes.append(near)
    time.sleep(max(0.0, start - time.monotonic()))
    ours.send("begin")
    began = ours.recv()
    tallies = [Tally(**dict(zip(("cpu", "said", "heard", "gaps"), pipe.recv(), strict=True))) for pipe in pipes]
    ours.send("end")
    cpu = ours.recv() - began
    exchange.join()
    return _figures(seconds, cpu, tallies)


def _figures(seconds: float, cpu: float, tallies: list[Tally]) -> Figures:
    said, heard = sum(t.said for t in tallies), sum(t.heard for t in tallies)
    gaps = sorted(gap for tally in tallies for gap in tally.gaps)
    return {
        "frames lost": said - heard,
        "exchange (µs/frame)": cpu / heard * 1e6,
        "exchange (share of a core)": cpu / (seconds + 0.5),
        "client (µs/frame)": mean(t.cpu / (t.said + t.heard) for t in tallies) * 1e6,
        "gap p50 (ms)": percentile(gaps, 0.5),
        "gap p95 (ms)": percentile(gaps, 0.95),
        "gap p99 (ms)": percentile(gaps, 0.99),
        "gap most (ms)": gaps[-1],
    }


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--calls", type=int, nargs="*", default=[5, 10, 20, 40])
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    calls, seconds, rounds = ([2], 0.5, 1) if asked.short else (asked.calls, asked.seconds, asked.rounds)
    side = Side(name="CXB, the exchange", measure=lambda size: measure(size, seconds))
    Report(
        name="exchange_frames",
        title="Frames through the exchange",
        size="calls",
        rows=alternate([side], calls, rounds),
        rounds=rounds,
        short=asked.short,
        out=asked.out,
        plotted=[Plotted(figure="exchange (µs/frame)"), Plotted(figure="gap p99 (ms)")],
    ).publish()


if __name__ == "__main__":
    main()

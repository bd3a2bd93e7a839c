"""How well the two sides of a recording are in step, by clicks that both ends of a call make at the same instants.

`python -m benchmarks.recording_skew [--short] [--seconds 60] [--calls 4]`: two processes in real time. One is the
exchange, with a scripted carrier behind it; the other is a Core's part: the real tape and journals on disk.
"""

import asyncio
import logging
import multiprocessing
import tempfile
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import structlog
import uvloop

from adapters.directory.call_journal import DirectoryCallJournal
from adapters.exchange.audio_links import ExchangeAudioLinks
from adapters.exchange.connection import ExchangeConnection
from adapters.exchange.rooms import ExchangeRooms
from adapters.exchange.server import ExchangeServer
from adapters.exchange.telephony import ExchangeTelephony
from adapters.memory.leg_journal import MemoryLegJournal
from adapters.memory.rooms import MemoryRooms
from adapters.memory.telephony import MemoryTelephony
from adapters.system.clock import SystemClock
from benchmarks.click_calls import ClickCall, ClickCarrier, Lossy
from benchmarks.clicks import Skew
from benchmarks.report import Report, arguments
from benchmarks.rounds import Figures, Side, alternate
from domain.ids import CallId

SECRET: Final = "a-secret-that-only-this-benchmark-uses"  # noqa: S105  # a benchmark's own
CLOCK: Final = SystemClock()
LINES: Final = {
    "clean": Lossy(),
    "2 % loss": Lossy(loss=0.02),
    "2 % loss, 30 ms jitter, 200 ppm slow": Lossy(loss=0.02, jitter=0.03, ppm=200),
    "2 % loss, 30 ms jitter, 200 ppm fast": Lossy(loss=0.02, jitter=0.03, ppm=-200),
}


async def _serve(pipe: Connection, line: Lossy) -> None:
    rooms = MemoryRooms(CLOCK)
    carrier = ClickCarrier(line, CLOCK)
    async with (
        MemoryTelephony(rooms, lambda _: carrier, MemoryLegJournal(), CLOCK).running() as telephony,
        ExchangeServer(rooms, telephony, CLOCK, secret=SECRET).listening("127.0.0.1", 0) as port,
    ):
        pipe.send(port)
        await asyncio.to_thread(pipe.recv)  # the end


def serve(pipe: Connection, line: Lossy) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    uvloop.run(_serve(pipe, line))


async def _record(url: str, folder: Path, calls: int, seconds: float) -> list[Skew]:
    async with ExchangeConnection(url, SECRET, CLOCK).running() as connection:
        call = ClickCall(
            rooms=ExchangeRooms(connection),
            telephony=ExchangeTelephony(connection),
            links=ExchangeAudioLinks(connection),
            journal=DirectoryCallJournal(folder),
            clock=CLOCK,
        )
        names = [CallId(f"call_{n}") for n in range(calls)]
        await asyncio.gather(*(call.record(name, seconds) for name in names))
        return [await call.measured(name) for name in names]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Of one line: an exchange of its own for each measurement."""

    line: Lossy
    calls: int

    def __call__(self, seconds: int) -> Figures:
        ours, theirs = multiprocessing.Pipe()
        exchange = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, self.line), daemon=True)
        exchange.start()
        url = f"ws://127.0.0.1:{ours.recv()}"
        with tempfile.TemporaryDirectory() as folder:
            found = uvloop.run(_record(url, Path(folder), self.calls, seconds))
        ours.send("end")
        exchange.join()
        return _figures(found)


def _figures(found: list[Skew]) -> Figures:
    together = Skew(each=[each for skew in found for each in skew.each], lost=sum(skew.lost for skew in found))
    return {
        "clicks": len(together.each),
        "clicks lost": together.lost,
        "callee later by (ms)": together.middle,
        "skew p50 (ms)": together.share(0.5),
        "skew p95 (ms)": together.share(0.95),
        "skew most (ms)": together.most,
    }


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--seconds", type=int, nargs="*", default=[60])
    parser.add_argument("--calls", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    calls, seconds, rounds = (2, [3], 1) if asked.short else (asked.calls, asked.seconds, asked.rounds)
    sides = [Side(name=name, measure=Measure(line=line, calls=calls)) for name, line in LINES.items()]
    Report(
        name="recording_skew",
        title="The two sides of a recording in step",
        size="seconds",
        rows=alternate(sides, seconds, rounds),
        rounds=rounds,
        short=asked.short,
        out=asked.out,
    ).publish()


if __name__ == "__main__":
    main()

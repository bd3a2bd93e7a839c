"""What many calls leave in the exchange: its memory as they go by, and whether anything else stays.

`python -m benchmarks.many_calls [--short] [--calls 10000] [--rate 16]`: three processes. One is the exchange as it is
shipped, with one SIP trunk; one is the far end of that trunk, called and calling; this one is Dialler and Core. SIP
keeps the messages of a call for 32 s after it, in case one was lost (RFC 3261, timers D, J and L): until then memory
grows with the calls, and stays as it is afterwards. The last line is when that time is over for the last call too.
"""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle, islice
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from adapters.exchange.connection import ExchangeConnection
from adapters.system.clock import SystemClock
from benchmarks import many_exchange, many_far_side
from benchmarks.many_callers import TRUNK, Callers, Went
from benchmarks.many_exchange import Held
from benchmarks.many_far_side import Kind
from benchmarks.processes import LOOPBACK, SECRET, free_ports
from benchmarks.report import Report, arguments
from benchmarks.rounds import Row, row
from domain.ids import DEFAULT_BRAND
from domain.routing.sip import SipSettings
from ports.messages.sip import SipAccount

CLOCK: Final = SystemClock()
RTP_PORTS: Final = "17000-18990"
AT_ONCE: Final = 24
"""Calls under way together, at most: half as many again as there are when nothing is late."""

TIMERS: Final = 35.0
"""Seconds after which SIP has forgotten the last call: 64 T1, and a little."""

SETTLING: Final = 20.0
"""Seconds after the last call within which nothing of it may be left."""


@dataclass(slots=True, kw_only=True)
class Processes:
    """Those beside this one, and the ways to them. With `trimmed` the C library first gives back what is free whenever
    the exchange is looked at, so that it does not matter whether a busy machine once had more calls at once."""

    url: str
    sip_port: int
    exchange: Connection
    arrivals: Connection
    far: Connection
    trimmed: bool
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def held(self) -> Held:
        found: Held = await self._told(self.exchange, "trimmed" if self.trimmed else "held")
        return found

    async def deaf(self) -> int:
        """How many at the far end have heard nothing, since it was last asked; it forgets the calls that are over."""
        found: int = await self._told(self.far, "forget")
        return found

    async def _told(self, pipe: Connection, what: str) -> Any:
        async with self.asking:
            pipe.send(what)
            return await asyncio.to_thread(pipe.recv)


@contextmanager
def started(folder: Path, *, trimmed: bool) -> Iterator[Processes]:
    """Raises when either did not end well."""
    spawn = multiprocessing.get_context("spawn")
    sip_port, _, port = free_ports(3)  # the stack takes the one above its own as well
    (far, theirs), (exchange, its), (arrivals, told) = spawn.Pipe(), spawn.Pipe(), spawn.Pipe(duplex=False)
    far_side = spawn.Process(target=many_far_side.serve, args=(theirs,), daemon=True)
    far_side.start()
    account = SipAccount(
        trunk_id=TRUNK, brand=DEFAULT_BRAND, sip=SipSettings(host=LOOPBACK, port=far.recv()), channels=1000
    )
    given = (its, told, _environment(folder, sip_port, port), account)
    serving = spawn.Process(target=many_exchange.serve, args=given)  # it has a speech process of its own
    serving.start()
    for end in (theirs, its, told):
        end.close()  # theirs alone from now on: whoever is gone is noticed
    url = f"ws://{LOOPBACK}:{exchange.recv()}"
    try:
        yield Processes(url=url, sip_port=sip_port, exchange=exchange, arrivals=arrivals, far=far, trimmed=trimmed)
    finally:
        for pipe, process in ((exchange, serving), (far, far_side)):
            with suppress(BrokenPipeError):  # it ended badly, which its exit code tells
                pipe.send("stop")
            process.join()
    assert (serving.exitcode, far_side.exitcode) == (0, 0)


def _environment(folder: Path, sip_port: int, port: int) -> dict[str, str]:
    return {
        "CXB_DATA": str(folder),
        "CXBCORE_SECRET": SECRET,
        "CXB_LOG_LEVEL": "error",
        "CXB_EXCHANGE_PORT": str(port),
        "CXB_SIP_ADDRESS": LOOPBACK,
        "CXB_SIP_PORT": str(sip_port),
        "CXB_RTP_PORTS": RTP_PORTS,
    }


@dataclass(slots=True, kw_only=True)
class Run:
    """`held` by how many calls were placed before: at 0 none was, and the last is when all are over. `deaf` is how
    many of the far end heard nothing of an answered call."""

    went: Went
    deaf: int = 0
    held: dict[int, Held] = field(default_factory=dict)


async def run(processes: Processes, calls: int, rate: float, look_every: int, rest: float) -> Run:
    """All kinds in turn, `rate` a second. The first AT_ONCE come as fast as they can, so that there are never more at
    once than at the beginning, whatever is late. The last look is taken after `rest`."""
    async with _at_the_door(processes) as callers:
        found = Run(went=callers.went)
        await _look(processes, found, 0)
        async with asyncio.TaskGroup() as tasks:
            free, due = asyncio.Semaphore(AT_ONCE), CLOCK.monotonic()
            for number, kind in enumerate(islice(cycle(Kind), calls)):
                await free.acquire()
                tasks.create_task(callers.one(number, kind)).add_done_callback(lambda _: free.release())
                if number and number % look_every == 0:
                    tasks.create_task(_look(processes, found, number))
                if number >= AT_ONCE:
                    due += 1 / rate
                    await asyncio.sleep(due - CLOCK.monotonic())
        await asyncio.sleep(rest)
        await _settle(processes, found.held[0])
        await _look(processes, found, calls)
    return found


async def _look(processes: Processes, found: Run, calls: int) -> None:
    found.held[calls] = await processes.held()
    found.deaf += await processes.deaf()


@asynccontextmanager
async def _at_the_door(processes: Processes) -> AsyncIterator[Callers]:
    async with ExchangeConnection(processes.url, SECRET, CLOCK).running() as connection:
        callers, loop = Callers(connection, processes.far, processes.sip_port), asyncio.get_running_loop()
        await connection.session()
        loop.add_reader(processes.arrivals.fileno(), lambda: callers.came(*processes.arrivals.recv()))
        try:
            yield callers
        finally:
            loop.remove_reader(processes.arrivals.fileno())


async def _settle(processes: Processes, before: Held) -> None:
    """Until no more of the calls is held; in vain when something is left."""
    end = CLOCK.monotonic() + SETTLING
    while (await processes.held()).things != before.things and CLOCK.monotonic() < end:  # noqa: ASYNC110
        await asyncio.sleep(0.5)  # another process: there is nothing to be told by


def measure(calls: int, rate: float, look_every: int, *, rest: float = 0.0, trimmed: bool = False) -> Run:
    with TemporaryDirectory() as folder, started(Path(folder), trimmed=trimmed) as processes:
        return asyncio.run(run(processes, calls, rate, look_every, rest))


def _rows(found: Mapping[int, Held]) -> list[Row]:
    return [row("the exchange", calls, [_figures(held)]) for calls, held in found.items()]


def _figures(held: Held) -> dict[str, float]:
    return {
        "resident (MB)": held.resident,
        "in use of the heap (MB)": held.used,
        "Python's blocks": held.blocks,
        "threads": held.threads,
        "descriptors": held.files,
        "tasks": sum(held.tasks.values()),
    }


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=16.0)
    asked = parser.parse_args()
    calls, look_every = (16, 8) if asked.short else (asked.calls, max(1, asked.calls // 10))
    found = measure(calls, asked.rate, look_every, rest=0.0 if asked.short else TIMERS)
    assert not found.went.wrong, found.went.wrong
    Report(
        name="many_calls",
        title=f"Many calls by SIP: {found.went.answered:,} were answered, {found.went.deaf + found.deaf} heard nothing",
        size="calls",
        rows=_rows(found.held),
        rounds=1,
        short=asked.short,
        out=asked.out,
    ).publish()


if __name__ == "__main__":
    main()

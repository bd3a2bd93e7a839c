"""What calls by SIP cost, how evenly their sound leaves us, whether any is lost, and whether many leave something.

`python -m benchmarks.sip_calls [--short] [--calls 20] [--seconds 10] [--many]`: the carrier with its rooms in one
process, the far end in another; PCMU both ways, everybody talks without a pause. `--many` places 10,000 short calls
instead of 1,000.
"""

import asyncio
import logging
import multiprocessing
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import numpy as np
import structlog
import uvloop

from adapters.memory.audio_links import MemoryAudioLinks
from adapters.memory.carrier_desk import MemoryCarrierDesk
from adapters.memory.rooms import MemoryRooms
from adapters.sip.carrier import SipCarrier
from adapters.system.clock import SystemClock
from benchmarks import sip_far_side
from benchmarks.processes import free_ports
from benchmarks.report import Plotted, Report, arguments
from benchmarks.rounds import Figures, Side, alternate, percentile
from domain.calls.audio import FRAME_SECONDS, RATE, AudioFrame
from domain.calls.room import CALLEE, CORE
from domain.ids import DEFAULT_BRAND, CallId, TrunkId
from domain.routing.sip import Codec, SipSettings
from ports.audio_links import AudioLink, Heard
from ports.carrier import LegEnd, Progress, Refer
from ports.errors import Unavailable
from ports.messages.sip import SipAccount
from ports.telephony import DialOrder

CLOCK: Final = SystemClock()
BOTH: Final = frozenset({CALLEE, CORE})
TRUNK: Final = TrunkId("trunk_1")
TONE: Final = (8000 * np.sin(np.arange(RATE // 50) * 2 * np.pi * 50 * 14 / RATE)).astype(np.int16).tobytes()
AT_ONCE: Final = 10
"""Short calls that are under way together."""


class Talking(Progress):
    """A call with a Core in its room that talks without a pause once it is told to, and counts what it hears."""

    def __init__(self, room: str) -> None:
        self.met = asyncio.Event()
        self.heard = 0
        self._room = room
        self._rooms = MemoryRooms(CLOCK)
        self._core: AudioLink | None = None

    async def ringing(self) -> None: ...

    async def answered(self, refer: Refer | None = None) -> AudioLink:  # noqa: ARG002  # nobody is referred
        links = MemoryAudioLinks(self._rooms, CLOCK)
        await self._rooms.open(self._room)
        callee, self._core = [
            await links.join(await self._rooms.invite(self._room, party, hears=BOTH, heard_by=BOTH))
            for party in (CALLEE, CORE)
        ]
        self.met.set()
        return callee

    async def talk(self, seconds: float) -> None:
        assert self._core is not None
        for _ in range(round(seconds / FRAME_SECONDS)):
            await self._core.speak(AudioFrame(pcm=TONE))

    async def hear(self) -> None:
        await self.met.wait()
        assert self._core is not None
        async for event in self._core.events():
            self.heard += isinstance(event, Heard)


def _order(call: str, to: str) -> DialOrder:
    return DialOrder(
        call_id=CallId(call),
        brand=DEFAULT_BRAND,
        room=call,
        trunk_id=TRUNK,
        to=to,
        caller_number="+15550199999",
        ring_timeout=30.0,
        max_duration=600.0,
    )


@asynccontextmanager
async def _carrier(far_port: int) -> AsyncIterator[SipCarrier]:
    sip = SipSettings(host="127.0.0.1", port=far_port, codecs=(Codec.PCMU,))
    desk = MemoryCarrierDesk([SipAccount(trunk_id=TRUNK, brand=DEFAULT_BRAND, sip=sip, channels=1000)])
    carrier = SipCarrier(desk, CLOCK, address="127.0.0.1", port=free_ports(1)[0], rtp_ports="33000-39999")
    async with carrier.running():
        yield carrier


async def _at_once(pipe: Connection, far_port: int, calls: int, seconds: float) -> Figures:
    talking = [Talking(f"call_{number}") for number in range(calls)]
    async with _carrier(far_port) as carrier, asyncio.TaskGroup() as group:
        legs = [
            group.create_task(carrier.carry(_order(f"call_{number}", sip_far_side.TALKS), one))
            for number, one in enumerate(talking)
        ]
        hearing = [group.create_task(one.hear()) for one in talking]
        for one in talking:
            await one.met.wait()
        talks = [group.create_task(one.talk(seconds + 1.0)) for one in talking]
        await asyncio.sleep(0.5)  # until all are under way
        sent, heard = await _told(pipe, "begin"), sum(one.heard for one in talking)
        cpu = time.process_time()
        await asyncio.sleep(seconds)
        cpu = time.process_time() - cpu
        sent_then, came, lost, gaps = await _told(pipe, "end")
        heard = sum(one.heard for one in talking) - heard
        await asyncio.wait(talks)
        for task in (*legs, *hearing):
            task.cancel()
    gaps.sort()
    return {
        "CPU (share of a core)": cpu / seconds,
        "CPU (µs/frame)": cpu / (came + heard) * 1e6,
        "gap p50 (ms)": percentile(gaps, 0.5),
        "gap p95 (ms)": percentile(gaps, 0.95),
        "gap p99 (ms)": percentile(gaps, 0.99),
        "gap most (ms)": gaps[-1],
        "lost to the phone": lost,
        "lost to the room": max(0, sent_then - sent - heard),
    }


async def _one_after_another(pipe: Connection, far_port: int, calls: int) -> Figures:
    """As many again before, so that what is made once has been made."""
    async with _carrier(far_port) as carrier:
        await _short_calls(pipe, carrier, max(50, calls // 10))
        before, began, cpu = _memory(), time.monotonic(), time.process_time()
        await _short_calls(pipe, carrier, calls)
        took, cpu = time.monotonic() - began, time.process_time() - cpu
    return {"calls/s": calls / took, "CPU (ms/call)": cpu / calls * 1000, "growth (MB)": _memory() - before}


async def _short_calls(pipe: Connection, carrier: SipCarrier, calls: int) -> None:
    numbers = iter(range(calls))

    async def some() -> None:
        for number in numbers:
            to = sip_far_side.HANGS_UP if number % 2 else sip_far_side.IS_BUSY
            end: LegEnd = await carrier.carry(_order(f"call_{number}", to), Talking(f"call_{number}"))
            assert end.status in (200, 486), end
            if number % 100 == 0:
                await _told(pipe, "forget")

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(some())


LOCK: Final = asyncio.Lock()


async def _told(pipe: Connection, what: str) -> Any:
    async with LOCK:
        pipe.send(what)
        return await asyncio.to_thread(pipe.recv)


def _memory() -> float:
    """MB of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _carry(pipe: Connection, far: Connection, work: Callable[..., Any], *given: Any) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    try:
        pipe.send(uvloop.run(work(far, *given)))
    except* Unavailable as error:
        raise SystemExit(f"the carrier is not there: {error}") from None


def measure(work: Callable[..., Any], *given: Any) -> Figures:
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    far = spawn.Process(target=sip_far_side.serve, args=(theirs,), daemon=True)
    far.start()
    near, result = spawn.Pipe()
    carrier = spawn.Process(target=_carry, args=(result, ours, work, ours.recv(), *given), daemon=True)
    carrier.start()
    result.close()
    figures: Figures = near.recv()
    carrier.join()
    ours.send("stop")
    far.join()
    return figures


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--calls", type=int, nargs="*", default=[10, 50, 100])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--many", action="store_true", help="10,000 short calls instead of 1,000")
    asked = parser.parse_args()
    calls, seconds, rounds = ([2], 1.0, 1) if asked.short else (asked.calls, asked.seconds, asked.rounds)
    many = 50 if asked.short else 10_000 if asked.many else 1_000
    talking = Side(name="CXB, SIP", measure=lambda size: measure(_at_once, size, seconds))
    short = Side(name="CXB, SIP, short calls", measure=lambda size: measure(_one_after_another, size))
    Report(
        name="sip_calls",
        title="Calls by SIP",
        size="calls",
        rows=[*alternate([talking], calls, rounds), *alternate([short], [many], 1)],
        rounds=rounds,
        short=asked.short,
        out=asked.out,
        plotted=[Plotted(figure="CPU (share of a core)"), Plotted(figure="gap p99 (ms)")],
    ).publish()


if __name__ == "__main__":
    main()

"""What calls by SIP cost, how evenly their sound leaves us, and whether any is lost.

`python -m benchmarks.sip_calls [--short] [--calls 20] [--seconds 10]`: the carrier with its rooms in one process, the
far end in another; PCMU both ways, everybody talks without a pause. `many_calls` has what calls leave behind.
"""

import asyncio
import logging
import multiprocessing
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
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
from ports.carrier import Progress, Refer
from ports.errors import Unavailable
from ports.messages.sip import SipAccount
from ports.telephony import DialOrder

CLOCK: Final = SystemClock()
BOTH: Final = frozenset({CALLEE, CORE})
TRUNK: Final = TrunkId("trunk_1")
TONE: Final = (8000 * np.sin(np.arange(RATE // 50) * 2 * np.pi * 50 * 14 / RATE)).astype(np.int16).tobytes()


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


def _order(call: str) -> DialOrder:
    return DialOrder(
        call_id=CallId(call),
        brand=DEFAULT_BRAND,
        room=call,
        trunk_id=TRUNK,
        to=sip_far_side.TALKS,
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
        legs = [group.create_task(carrier.carry(_order(f"call_{number}"), one)) for number, one in enumerate(talking)]
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


LOCK: Final = asyncio.Lock()


async def _told(pipe: Connection, what: str) -> Any:
    async with LOCK:
        pipe.send(what)
        return await asyncio.to_thread(pipe.recv)


def _carry(pipe: Connection, far: Connection, *given: Any) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    try:
        pipe.send(uvloop.run(_at_once(far, *given)))
    except* Unavailable as error:
        raise SystemExit(f"the carrier is not there: {error}") from None


def measure(calls: int, seconds: float) -> Figures:
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    far = spawn.Process(target=sip_far_side.serve, args=(theirs,), daemon=True)
    far.start()
    near, result = spawn.Pipe()
    carrier = spawn.Process(target=_carry, args=(result, ours, ours.recv(), calls, seconds), daemon=True)
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
    asked = parser.parse_args()
    calls, seconds, rounds = ([2], 1.0, 1) if asked.short else (asked.calls, asked.seconds, asked.rounds)
    talking = Side(name="CXB, SIP", measure=lambda size: measure(size, seconds))
    Report(
        name="sip_calls",
        title="Calls by SIP",
        size="calls",
        rows=alternate([talking], calls, rounds),
        rounds=rounds,
        short=asked.short,
        out=asked.out,
        plotted=[Plotted(figure="CPU (share of a core)"), Plotted(figure="gap p99 (ms)")],
    ).publish()


if __name__ == "__main__":
    main()

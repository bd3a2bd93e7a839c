"""The SIP adapter alone: it answers every call at once, and says back what it hears.

`python -m benchmarks.sip_echo PORT FIRST-LAST`, the latter for RTP. It is what the proof compares with: the same
SIP stack, codecs and audio path, without exchange, API, Core or bot.
"""

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from typing import Final

import structlog
import uvloop

from adapters.memory.carrier_desk import MemoryCarrierDesk
from adapters.sip.carrier import SipCarrier
from adapters.system.clock import SystemClock
from benchmarks.processes import LOOPBACK
from domain.calls.audio import AudioFrame
from domain.calls.room import CALLEE
from domain.ids import DEFAULT_BRAND, TrunkId
from domain.routing.sip import SipSettings
from ports.audio_links import AudioLink, Heard, LinkEvent
from ports.carrier import Incoming, Reception, Refer
from ports.clock import Clock
from ports.errors import Unavailable
from ports.messages.sip import SipAccount

ACCOUNT: Final = SipAccount(
    trunk_id=TrunkId("echo"),
    brand=DEFAULT_BRAND,
    sip=SipSettings(host=LOOPBACK, trusted=(LOOPBACK,)),
    password="",
    channels=10_000,
)


class EchoLink(AudioLink):
    """A room in which one hears oneself."""

    party = CALLEE

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._frames: asyncio.Queue[AudioFrame | None] = asyncio.Queue()
        self._over = False

    async def events(self) -> AsyncIterator[LinkEvent]:
        while (frame := await self._frames.get()) is not None:
            yield Heard(party=CALLEE, frame=frame, at=self.clock())

    async def speak(self, frame: AudioFrame) -> float:
        if self._over:
            raise Unavailable("the call is over")
        self._frames.put_nowait(frame)
        return self.clock()

    def flush(self) -> None:
        while not self._frames.empty():
            self._frames.get_nowait()

    async def press(self, digit: str) -> None:
        """Nobody else is there to hear it."""

    def clock(self) -> float:
        return self._clock.monotonic()

    async def leave(self) -> None:
        self._over = True
        self._frames.put_nowait(None)


class EchoReception(Reception):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def ringing(self) -> None:
        """It does for no time at all."""

    async def wanted(self) -> None:
        """At once."""

    async def answered(self, refer: Refer | None = None) -> AudioLink:  # noqa: ARG002  # nobody is referred
        return EchoLink(self._clock)


async def run(port: int, rtp_ports: str) -> None:
    """Until SIGINT or SIGTERM."""
    clock, stopping = SystemClock(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    carrier = SipCarrier(MemoryCarrierDesk([ACCOUNT]), clock, address=LOOPBACK, port=port, rtp_ports=rtp_ports)
    async with carrier.running(), asyncio.TaskGroup() as tasks:
        taking = tasks.create_task(_take(carrier, clock))
        await stopping.wait()
        taking.cancel()


async def _take(carrier: SipCarrier, clock: Clock) -> None:
    async with asyncio.TaskGroup() as tasks:
        async for incoming in carrier.arrivals():
            tasks.create_task(_carry(incoming, clock))


async def _carry(incoming: Incoming, clock: Clock) -> None:
    await incoming.carry(EchoReception(clock))


def main(arguments: Sequence[str]) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    port, rtp_ports = arguments
    uvloop.run(run(int(port), rtp_ports))


if __name__ == "__main__":
    main(sys.argv[1:])

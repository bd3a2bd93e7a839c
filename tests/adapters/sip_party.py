"""Whoever stands on our side of a SIP call in tests: the exchange's part, and a Core in the call's room."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import numpy as np

from adapters.memory.audio_links import MemoryAudioLinks
from adapters.memory.rooms import MemoryRooms
from adapters.system.clock import SystemClock
from contract_tests.backends.phone_world import order
from contract_tests.backends.sip import SipWorld
from contract_tests.carrier.g711 import Pcm
from contract_tests.carrier.tasks import PATIENCE
from domain.calls.audio import FRAME_BYTES, RATE, AudioFrame
from domain.calls.room import CALLEE, CORE
from ports.audio_links import AudioLink, Heard, LinkEvent, Pressed
from ports.carrier import LegEnd, Reception, Refer

EVERYBODY = frozenset({CALLEE, CORE, "dialler"})


class Party(Reception):
    """Keeps what the carrier said, in order. `core` is in the room as soon as the call is answered."""

    def __init__(self, room: str = "call_1") -> None:
        self.said: list[str] = []
        self.rang, self.met, self.want = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.rooms = MemoryRooms(SystemClock())
        self.refer: Refer | None = None
        self._links = MemoryAudioLinks(self.rooms, SystemClock())
        self._room = room

    async def ringing(self) -> None:
        self.said.append("ringing")
        self.rang.set()

    async def wanted(self) -> None:
        await self.want.wait()

    async def answered(self, refer: Refer | None = None) -> AudioLink:
        self.said.append("answered")
        self.refer = refer
        await self.rooms.open(self._room)
        link = await self.join(CALLEE)
        self.core = await self.join(CORE)
        self.met.set()
        return link

    async def join(self, party: str) -> AudioLink:
        return await self._links.join(await self.rooms.invite(self._room, party, hears=EVERYBODY, heard_by=EVERYBODY))

    async def close(self) -> None:
        await self.rooms.close(self._room)

    async def hears(self, seconds: float) -> Pcm:
        """The next so much of sound that the callee makes, at 16 kHz."""
        sound = bytearray()
        async with asyncio.timeout(PATIENCE):
            async for event in self.core.events():
                if isinstance(event, Heard):
                    sound += event.frame.pcm
                if len(sound) >= 2 * RATE * seconds:
                    break
        return np.frombuffer(bytes(sound), "<i2").astype(np.int16)

    async def digits(self, count: int) -> str:
        """The next keys that the callee presses."""
        found = ""
        async with asyncio.timeout(PATIENCE):
            async for event in self.core.events():
                found += event.digit if isinstance(event, Pressed) else ""
                if len(found) == count:
                    break
        return found

    async def until(self, kind: type[LinkEvent]) -> LinkEvent:
        async with asyncio.timeout(PATIENCE):
            async for event in self.core.events():
                if isinstance(event, kind):
                    return event
        raise AssertionError(f"the room ended without {kind.__name__}")


async def speak(link: AudioLink, pcm: Pcm) -> None:
    """PCM of 16 kHz."""
    data = pcm.tobytes()
    for start in range(0, len(data), FRAME_BYTES):
        await link.speak(AudioFrame(pcm=data[start : start + FRAME_BYTES]))


def wide_tone(hertz: float, seconds: float, level: int = 8000) -> Pcm:
    """At 16 kHz."""
    times = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * hertz * times)).astype(np.int16)


def wide_level(pcm: Pcm, hertz: float) -> float:
    """The peak of the sine of that frequency in sound of 16 kHz."""
    turns = np.exp(-2j * np.pi * hertz * np.arange(len(pcm)) / RATE)
    return float(2 * np.abs(np.mean(pcm * turns)))


@dataclass(slots=True)
class Carried:
    """A call that the carrier carries: our side of it, and its end."""

    party: Party
    leg: asyncio.Task[LegEnd]

    async def end(self, within: float = PATIENCE) -> LegEnd:
        async with asyncio.timeout(within):
            return await self.leg

    async def cancel(self) -> None:
        """Returns when the carrier is done with it."""
        self.leg.cancel()
        async with asyncio.timeout(PATIENCE):
            await asyncio.wait([self.leg])
        assert self.leg.cancelled()


@asynccontextmanager
async def calling(world: SipWorld, to: str, call: str = "call_1") -> AsyncIterator[Carried]:
    """The carrier calls that number; whatever is left of the call is cancelled at the end."""
    party = Party(call)
    leg = asyncio.ensure_future(world.carrier.carry(order(call, to), party))
    try:
        yield Carried(party, leg)
    finally:
        leg.cancel()
        await asyncio.wait([leg])


async def called(world: SipWorld, to: str) -> LegEnd:
    async with calling(world, to) as carried:
        return await carried.end()

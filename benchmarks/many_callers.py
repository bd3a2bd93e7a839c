"""Dialler and Core of many short calls by SIP, at the exchange's door: they place, take, talk and end them."""

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Final

import numpy as np

from adapters.exchange.audio_links import ExchangeAudioLinks
from adapters.exchange.connection import ExchangeConnection
from adapters.exchange.rooms import ExchangeRooms
from adapters.exchange.telephony import ExchangeTelephony
from benchmarks.many_far_side import CALLERS, ENDS, TALK, Kind
from domain.calls.audio import FRAME_SECONDS, RATE, AudioFrame
from domain.calls.room import CALLEE, CORE
from domain.ids import DEFAULT_BRAND, CallId, TrunkId
from ports.audio_links import AudioLink, Heard, Left
from ports.errors import Unavailable
from ports.telephony import DialOrder, LegEvent, LegKind

BOTH: Final = frozenset({CALLEE, CORE})
TRUNK: Final = TrunkId("trunk_1")
TONE: Final = (8000 * np.sin(np.arange(RATE // 50) * 2 * np.pi * 50 * 14 / RATE)).astype(np.int16).tobytes()
LONGEST: Final = 20.0
"""Seconds that a call may ring, and that it may be talked: what takes longer is ended by us, and counts as wrong."""

PATIENCE: Final = 3 * LONGEST

OURS_TO_END: Final = frozenset({Kind.WE_HANG_UP, Kind.CALLER_IS_HUNG_UP_ON})


@dataclass(slots=True, kw_only=True)
class Went:
    """How the calls went: those that ended otherwise than they should have; how many were answered, and in how many of
    them we heard nothing."""

    wrong: list[tuple[Kind, LegEvent]] = field(default_factory=list)
    answered: int = 0
    deaf: int = 0


class Callers:
    """Dialler and Core in one, at the exchange's door."""

    def __init__(self, connection: ExchangeConnection, far: Connection, sip_port: int) -> None:
        self.went = Went()
        self._rooms = ExchangeRooms(connection)
        self._telephony = ExchangeTelephony(connection)
        self._links = ExchangeAudioLinks(connection)
        self._far = far
        self._sip_port = sip_port
        self._expected: defaultdict[Kind, deque[asyncio.Future[CallId]]] = defaultdict(deque)

    def came(self, call_id: CallId, number: str) -> None:
        """A call rings in the exchange."""
        self._expected[Kind(number)].popleft().set_result(call_id)

    async def one(self, number: int, kind: Kind) -> None:
        async with asyncio.timeout(PATIENCE):
            end = await (self._called(kind) if kind in CALLERS else self._dialled(CallId(f"call_{number}"), kind))
        if (end.status, end.by) != ENDS[kind]:
            self.went.wrong.append((kind, end))

    async def _dialled(self, call_id: CallId, kind: Kind) -> LegEvent:
        await self._rooms.open(call_id)
        await self._telephony.dial(_order(call_id, kind))
        try:
            return await self._followed(call_id, kind)
        finally:
            await self._rooms.close(call_id)

    async def _called(self, kind: Kind) -> LegEvent:
        coming = asyncio.get_running_loop().create_future()
        self._expected[kind].append(coming)
        self._far.send((kind, self._sip_port))
        return await self._followed(await coming, kind)

    async def _followed(self, call_id: CallId, kind: Kind) -> LegEvent:
        """Its end."""
        async with asyncio.TaskGroup() as tasks:
            async for event in self._telephony.watch(call_id):
                if event.kind is LegKind.ENDED:
                    return event
                if event.kind is LegKind.ANSWERED and kind not in CALLERS:
                    tasks.create_task(self._talk(await self._join(call_id), call_id, kind))
                elif event.kind is LegKind.RINGING:
                    await self._rings(call_id, kind, tasks)
        raise AssertionError("a leg's events end with its end")

    async def _rings(self, call_id: CallId, kind: Kind, tasks: asyncio.TaskGroup) -> None:
        if kind is Kind.WE_GIVE_UP:
            await self._telephony.hang_up(call_id)
        elif kind in CALLERS and kind is not Kind.CALLER_GIVES_UP:
            link = await self._join(call_id)
            await self._telephony.answer(call_id)
            tasks.create_task(self._talk(link, call_id, kind))

    async def _join(self, call_id: CallId) -> AudioLink:
        return await self._links.join(await self._rooms.invite(call_id, CORE, hears=BOTH, heard_by=BOTH))

    async def _talk(self, link: AudioLink, call_id: CallId, kind: Kind) -> None:
        self.went.answered += 1
        _, heard = await asyncio.gather(_speak(link), _hear(link))
        self.went.deaf += not heard
        if kind in OURS_TO_END:
            await self._telephony.hang_up(call_id)
        await link.leave()


async def _speak(link: AudioLink) -> None:
    try:
        for _ in range(round(TALK / FRAME_SECONDS)):
            await link.speak(AudioFrame(pcm=TONE))
    except Unavailable:
        return  # they hung up first


async def _hear(link: AudioLink) -> int:
    """Frames: so many are enough, or all until they leave."""
    heard = 0
    async for event in link.events():
        heard += isinstance(event, Heard)
        if heard >= TALK / FRAME_SECONDS / 2 or isinstance(event, Left):
            break
    return heard


def _order(call_id: CallId, kind: Kind) -> DialOrder:
    return DialOrder(
        call_id=call_id,
        brand=DEFAULT_BRAND,
        room=call_id,
        trunk_id=TRUNK,
        to=kind,
        caller_number="+15550199999",
        ring_timeout=LONGEST,
        max_duration=LONGEST,
    )

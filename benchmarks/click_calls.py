"""Calls in which both ends click with each second of the machine's clock, over a line that loses, delays and drifts."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from math import floor
from random import Random
from typing import Final

import numpy as np

from adapters.memory.carrier import MemoryCarrier
from adapters.memory.result_outbox import MemoryResultOutbox
from adapters.tape.audio_links import TapedAudioLinks
from applications.api.http.channels import HEADER_BYTES, Channels, Rendition
from applications.api.http.ranges import Span
from applications.core.use_cases.conclude_call import ConcludeCall
from benchmarks.clicks import Pcm, Skew, clicks_in, frame_of_clicks, skew, spread_in
from domain.bots.bot import BotSpec
from domain.bots.runtime_config import RuntimeConfig
from domain.calls.audio import FRAME_SECONDS, SILENCE
from domain.calls.room import CALLEE, CORE
from domain.ids import DEFAULT_BRAND, BotId, CallId, ServerId, TrunkId
from ports.audio_links import AudioLink, AudioLinks
from ports.call_journal import CallJournal, JournalHeader
from ports.carrier import LegEnd, Progress
from ports.clock import Clock
from ports.errors import Unavailable
from ports.object_store import ObjectStore
from ports.rooms import Rooms
from ports.telephony import DialOrder, HangUp, LegKind, Telephony

BOTH: Final = frozenset({CALLEE, CORE})
WAITED: Final = 0.03
"""Seconds for which a frame waits for its turn. A far end whose clock is fast would be ever further behind; so it
loses a frame now and then."""

TRUNK: Final = TrunkId("trunk_of_clicks")
BETWEEN: Final = 0.5
"""A call ends that long after a second, so that no click is cut off on its way."""

NUMBER: Final = "+14155550123"
CALLER: Final = "+14155550199"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lossy:
    """What a line does to frames: the share that is lost, up to how many seconds one is late (never past the next),
    and by how much the far end's clock is slow, in millionths."""

    loss: float = 0.0
    jitter: float = 0.0
    ppm: float = 0.0


class ClickCarrier(MemoryCarrier):
    """Whoever is called answers at once and talks and clicks without a pause."""

    def __init__(self, line: Lossy, clock: Clock, *, seed: int = 1) -> None:
        super().__init__({}, clock)
        self._line = line
        self._chance = Random(seed)  # noqa: S311  # a line that can be had again

    async def carry(self, order: DialOrder, progress: Progress) -> LegEnd:
        self.orders.append(order)
        await progress.ringing()
        link = await progress.answered()
        async with asyncio.TaskGroup() as group:
            talking = group.create_task(self._click_on(link))
            async for _ in link.events():
                pass
            talking.cancel()
        return LegEnd(status=200, reason="bye", by=HangUp.US)

    async def _click_on(self, link: AudioLink) -> None:
        with suppress(Unavailable):  # the room's end ends the hearing too
            await self._click(link)

    async def _click(self, link: AudioLink) -> None:
        """A frame arrives when it begins, or later; nothing overtakes."""
        begins = self._clock.monotonic()
        period = FRAME_SECONDS * (1 + self._line.ppm * 1e-6)
        while True:
            arrives = begins + self._chance.uniform(0.0, self._line.jitter)
            if self._chance.random() >= self._line.loss:
                await self._clock.sleep(arrives - self._clock.monotonic())
                frame = frame_of_clicks(begins, begins + period)
                if frame.pcm != SILENCE and self._clock.monotonic() - arrives <= WAITED:
                    await link.speak(frame)
            begins += period


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The way to a carrier of calls, as a Core has it."""

    rooms: Rooms
    telephony: Telephony
    links: AudioLinks


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickCall:
    """A call's Core: the real tape, journal and conclusion, and a bot that clicks as the far end does."""

    doors: Doors
    journal: CallJournal
    objects: ObjectStore
    clock: Clock
    outbox: MemoryResultOutbox = field(default_factory=MemoryResultOutbox)

    async def record(self, call_id: CallId, seconds: float) -> None:
        """Into the journal; measured when no call goes on any more, as that takes a while."""
        header = JournalHeader(config=_config(call_id), opened_at=datetime.now(UTC))
        await self.doors.rooms.open(call_id)
        async with self.journal.open(header) as writer:
            invitation = await self.doors.rooms.invite(call_id, CORE, hears=BOTH, heard_by=BOTH)
            link = await TapedAudioLinks(self.doors.links, writer, self.clock).join(invitation)
            async with asyncio.TaskGroup() as group:
                hearing = group.create_task(_hear(link))
                await self._answered(call_id)
                await self._click(link, floor(self.clock.monotonic() + seconds) + BETWEEN)
                await link.leave()
                await hearing
            await self.doors.rooms.close(call_id)

    async def measured(self, call_id: CallId) -> Skew:
        """How far the callee's clicks are from the bot's in the recording, as the API gives it to whoever asks for a
        party alone, and in the one in which both are mixed."""
        concluded = ConcludeCall(
            rooms=self.doors.rooms,
            journal=self.journal,
            objects=self.objects,
            outbox=self.outbox,
            clock=self.clock,
            server_id=ServerId("core_of_clicks"),
        )
        await concluded(call_id)
        callee, bot, mixed = [
            await self._heard(call_id, each) for each in (Channels.CALLEE, Channels.BOT, Channels.MIXED)
        ]
        return replace(skew(clicks_in(callee), clicks_in(bot)), mixed=spread_in(mixed))

    async def _heard(self, call_id: CallId, channels: Channels) -> Pcm:
        stored = await self.objects.stat(_config(call_id).recording_key)
        rendition = Rendition(stored=stored, channels=channels)
        span = Span(start=HEADER_BYTES, end=rendition.size, size=rendition.size)
        return np.frombuffer(b"".join([chunk async for chunk in rendition.read(self.objects, span)]), "<i2")

    async def _answered(self, call_id: CallId) -> None:
        order = DialOrder(
            call_id=call_id,
            brand=DEFAULT_BRAND,
            room=call_id,
            trunk_id=TRUNK,
            to=NUMBER,
            caller_number=CALLER,
            ring_timeout=30.0,
            max_duration=7_200.0,
        )
        await self.doors.telephony.dial(order)
        async for event in self.doors.telephony.watch(call_id):
            if event.kind is LegKind.ANSWERED:
                return
            if event.kind is LegKind.ENDED:
                raise RuntimeError(f"nobody answered: {event.status} {event.reason}")

    async def _click(self, link: AudioLink, until: float) -> None:
        """Each frame sounds as its time on the machine's clock does, wherever it comes to lie."""
        opened, free = self.clock.monotonic() - link.clock(), 0.0
        while self.clock.monotonic() < until:
            begins = opened + max(link.clock(), free)
            frame = frame_of_clicks(begins, begins + FRAME_SECONDS)
            if frame.pcm == SILENCE:
                free = begins - opened + FRAME_SECONDS
                await self.clock.sleep(free - link.clock())
            else:
                free = await link.speak(frame) + FRAME_SECONDS


async def _hear(link: AudioLink) -> None:
    async for _ in link.events():
        pass


def _config(call_id: CallId) -> RuntimeConfig:
    spec = BotSpec(prompt="Click.")
    return RuntimeConfig(
        call_id=call_id,
        brand=DEFAULT_BRAND,
        bot_id=BotId("bot_of_clicks"),
        bot_version=1,
        spec=spec,
        recording_key=f"{DEFAULT_BRAND}/{call_id}.wav",
    )

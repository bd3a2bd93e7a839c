"""Calls in which both ends click with each second of the machine's clock, over a line that loses, delays and drifts."""

import asyncio
from array import array
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Final

from adapters.memory.carrier import MemoryCarrier
from adapters.tape.audio_links import TapedAudioLinks
from benchmarks.clicks import Skew, clicks_in, frame_of_clicks, skew
from domain.bots.bot import BotSpec
from domain.bots.runtime_config import RuntimeConfig
from domain.calls.audio import FRAME_SECONDS
from domain.calls.room import CALLEE, CORE
from domain.ids import DEFAULT_BRAND, BotId, CallId, TrunkId
from ports.audio_links import AudioLink, AudioLinks
from ports.call_journal import CallJournal, JournalHeader
from ports.carrier import LegEnd, Progress
from ports.clock import Clock
from ports.rooms import Rooms
from ports.telephony import DialOrder, HangUp, LegKind, Telephony

BOTH: Final = frozenset({CALLEE, CORE})
WAITED: Final = 0.03
"""Seconds for which a frame waits for its turn. A far end whose clock is fast would be ever further behind; so it
loses a frame now and then."""

TRUNK: Final = TrunkId("trunk_of_clicks")


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
            talking = group.create_task(self._click(link))
            async for _ in link.events():
                pass
            talking.cancel()
        return LegEnd(status=200, reason="bye", by=HangUp.US)

    async def _click(self, link: AudioLink) -> None:
        """A frame arrives when it begins, or later; nothing overtakes."""
        begins = self._clock.monotonic()
        period = FRAME_SECONDS * (1 + self._line.ppm * 1e-6)
        while True:
            arrives = begins + self._chance.uniform(0.0, self._line.jitter)
            if self._chance.random() >= self._line.loss:
                await self._clock.sleep(arrives - self._clock.monotonic())
                if self._clock.monotonic() - arrives <= WAITED:
                    await link.speak(frame_of_clicks(begins, begins + period))
            begins += period


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickCall:
    """A call's Core: the real tape and a journal, and a bot that clicks as the far end does."""

    rooms: Rooms
    telephony: Telephony
    links: AudioLinks
    journal: CallJournal
    clock: Clock

    async def record(self, call_id: CallId, seconds: float) -> None:
        """Into the journal; measured when no call goes on any more, as that takes a while."""
        header = JournalHeader(config=_config(call_id), opened_at=datetime.now(UTC))
        await self.rooms.open(call_id)
        async with self.journal.open(header) as writer:
            invitation = await self.rooms.invite(call_id, CORE, hears=BOTH, heard_by=BOTH)
            link = await TapedAudioLinks(self.links, writer, self.clock).join(invitation)
            async with asyncio.TaskGroup() as group:
                hearing = group.create_task(_hear(link))
                await self._answered(call_id)
                await self._click(link, self.clock.monotonic() + seconds)
                await link.leave()
                await hearing
            await self.rooms.close(call_id)

    async def measured(self, call_id: CallId) -> Skew:
        """How far the callee's clicks are from the bot's in the recording."""
        both = array("h", b"".join([chunk async for chunk in self.journal.stereo(call_id)]))
        return skew(clicks_in(both[0::2]), clicks_in(both[1::2]))

    async def _answered(self, call_id: CallId) -> None:
        order = DialOrder(
            call_id=call_id,
            brand=DEFAULT_BRAND,
            room=call_id,
            trunk_id=TRUNK,
            to="+14155550123",
            caller_number="+14155550199",
            ring_timeout=10.0,
            max_duration=7_200.0,
        )
        await self.telephony.dial(order)
        async for event in self.telephony.watch(call_id):
            if event.kind is LegKind.ANSWERED:
                return
        raise RuntimeError("nobody answered")

    async def _click(self, link: AudioLink, until: float) -> None:
        """Each frame sounds as its time on the machine's clock does, wherever it comes to lie."""
        opened, free = self.clock.monotonic() - link.clock(), 0.0
        while self.clock.monotonic() < until:
            begins = opened + max(link.clock(), free)
            free = await link.speak(frame_of_clicks(begins, begins + FRAME_SECONDS)) + FRAME_SECONDS


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

"""What a tape keeps of a call: what was heard, what was truly played, and how the link came to its end."""

import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from adapters.memory.audio_links import MemoryAudioLinks
from adapters.memory.call_journal import MemoryCallJournal
from adapters.memory.clock import MemoryClock
from adapters.memory.rooms import MemoryRooms
from adapters.pacing.ear import Ear
from adapters.tape.audio_links import TapedAudioLinks
from contract_tests.backends import scene
from domain.calls.audio import FRAME_BYTES, FRAME_SECONDS, AudioFrame
from domain.calls.room import CALLEE, CORE
from ports.audio_links import AudioLink, Heard
from ports.call_journal import CallJournal, JournalHeader, Note

ALL = frozenset({CALLEE, CORE, "dialler"})
pytestmark = pytest.mark.virtual_time


def frame(value: int) -> AudioFrame:
    return AudioFrame(pcm=bytes([value, 0]) * (FRAME_BYTES // 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Taping:
    rooms: MemoryRooms
    clock: MemoryClock
    journal: CallJournal
    bot: AudioLink
    callee: AudioLink
    dialler: AudioLink

    async def tracks(self) -> tuple[list[int], list[int]]:
        """For each 20 ms of callee and bot, the value that sounded in its middle."""
        pcm = b"".join([chunk async for chunk in self.journal.stereo(scene.CALL)])
        middles = range(FRAME_BYTES, len(pcm), 2 * FRAME_BYTES)
        return [pcm[at] for at in middles], [pcm[at + 2] for at in middles]

    async def notes(self) -> Sequence[str]:
        return [entry.note for entry in (await self.journal.read(scene.CALL)).entries]


@asynccontextmanager
async def taping() -> AsyncIterator[Taping]:
    """The tape begins a second after the room."""
    clock, journal = MemoryClock(), MemoryCallJournal()
    rooms = MemoryRooms(clock)
    links = MemoryAudioLinks(rooms, clock)
    await rooms.open("room")
    others = [
        await links.join(await rooms.invite("room", party, hears=ALL, heard_by=ALL)) for party in (CALLEE, "dialler")
    ]
    await clock.sleep(1.0)
    async with journal.open(JournalHeader(config=scene.CONFIG, opened_at=clock.now())) as writer:
        invitation = await rooms.invite("room", CORE, hears=ALL, heard_by=ALL)
        bot = await TapedAudioLinks(links, writer, clock).join(invitation)
        yield Taping(rooms=rooms, clock=clock, journal=journal, bot=bot, callee=others[0], dialler=others[1])


async def listen(link: AudioLink) -> None:
    async for _ in link.events():
        pass


async def test_the_callee_is_taped_where_they_spoke_and_nobody_else_is() -> None:
    async with taping() as tape:
        await tape.clock.sleep(0.1)
        await tape.callee.speak(frame(7))
        await tape.dialler.speak(frame(9))
        await tape.clock.sleep(0.1)
        await tape.callee.leave()
        await tape.rooms.close("room")
        await listen(tape.bot)

        assert await tape.tracks() == ([0] * 5 + [7], [0] * 6)


async def test_a_callee_of_whom_it_is_known_how_late_they_are_is_taped_where_they_spoke() -> None:
    async with taping() as tape:
        await tape.clock.sleep(0.2)
        for n in range(3):
            await tape.callee.speak(replace(frame(n + 1), began=1.1 + n * FRAME_SECONDS))
        await tape.clock.sleep(0.1)
        await tape.rooms.close("room")
        await listen(tape.bot)

        assert await tape.tracks() == ([0] * 5 + [1, 2, 3], [0] * 8)


@pytest.mark.parametrize("began", [math.nan, math.inf, -math.inf, 1e300, -1e300, 0.0, 1.3])
async def test_what_cannot_have_been_spoken_when_it_says_is_taped_where_it_was_heard(began: float) -> None:
    async with taping() as tape:
        await tape.clock.sleep(0.1)
        await tape.callee.speak(replace(frame(7), began=began))
        await tape.clock.sleep(0.1)
        await tape.rooms.close("room")
        await listen(tape.bot)

        assert await tape.tracks() == ([0] * 5 + [7], [0] * 6)


async def test_what_the_bot_said_is_taped_where_it_was_played() -> None:
    async with taping() as tape:
        await tape.clock.sleep(0.04)
        for value in (1, 2, 3, 4, 5):
            await tape.bot.speak(frame(value))
        await tape.clock.sleep(0.2)
        await tape.bot.leave()

        assert (await tape.tracks())[1] == [0, 0, 1, 2, 3, 4, 5]


async def test_what_was_flushed_before_it_was_played_is_not_taped() -> None:
    async with taping() as tape:
        for value in range(1, 21):
            await tape.bot.speak(frame(value))
        cut_at = tape.bot.clock() - 1.0
        tape.bot.flush()
        await tape.clock.sleep(0.5)
        await tape.bot.speak(frame(99))
        await tape.clock.sleep(0.1)
        await tape.bot.leave()

        bot = (await tape.tracks())[1]
        assert max(bot[:-1]) == int(cut_at / FRAME_SECONDS + 0.01) + 1 < 20
        assert bot[-1] == 99


async def test_a_callee_whose_frames_come_unevenly_is_taped_without_a_chop_and_a_lost_one_leaves_its_length() -> None:
    async with taping() as tape:
        seat = tape.rooms.admit(await tape.rooms.invite("room", CALLEE, hears=ALL, heard_by=ALL), Ear())
        for n in (0, 1, 2, 3, 4, 6, 7, 8, 9):
            uneven = 1.1 + FRAME_SECONDS * n + (0.004 if n % 2 else 0.0)
            seat.room.tell_hearers(seat, Heard(party=CALLEE, frame=frame(n + 1), at=uneven))
        await tape.rooms.close("room")
        await listen(tape.bot)

        pcm = b"".join([chunk async for chunk in tape.journal.stereo(scene.CALL)])
        samples = FRAME_BYTES // 2
        heard = [value for n in (1, 2, 3, 4, 5, 0, 7, 8, 9, 10) for value in [n] * samples]
        assert list(pcm[0::4]) == [0] * 5 * samples + heard


async def test_a_callee_who_leaves_is_noted_and_the_end_of_the_room_then_is_nothing_new() -> None:
    async with taping() as tape:
        await tape.callee.leave()
        await tape.rooms.close("room")
        await listen(tape.bot)

        assert await tape.notes() == [Note.CALLEE_LEFT]


async def test_a_room_that_is_gone_while_the_callee_was_in_it_is_noted() -> None:
    async with taping() as tape:
        await tape.rooms.close("room")
        await listen(tape.bot)

        assert await tape.notes() == [Note.LINE_OVER]

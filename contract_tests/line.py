"""A line with a scripted callee at its far end and a bot in conversation at ours."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from adapters.memory.audio_links import MemoryAudioLinks
from adapters.memory.rooms import MemoryRooms
from adapters.memory.text_to_speech import MemoryTextToSpeech
from adapters.system.clock import SystemClock
from domain.bots.bot import BotSpec
from domain.bots.runtime_config import RuntimeConfig
from domain.calls.room import CALLEE, CORE, Invitation
from domain.calls.transcript import Speaker, Turn
from domain.ids import DEFAULT_BRAND, BotId, CallId
from ports.audio_links import AudioLink, Heard
from ports.clock import Clock
from ports.conversation import Conversation, ConversationEvent, ConversationSession, Ended, TurnTaken
from ports.text_to_speech import TextToSpeech

PATIENCE = 10.0
"""Seconds after which a test has waited in vain."""

ROOM = "call_1"

Event = TypeVar("Event", bound=ConversationEvent)


@dataclass(slots=True, kw_only=True)
class Callee:
    """Speaks when told to, and notices when it is spoken to."""

    link: AudioLink
    text_to_speech: TextToSpeech
    voice: str
    heard: float = 0.0
    sound: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        async for event in self.link.events():
            if isinstance(event, Heard) and any(event.frame.pcm):
                self.heard += event.frame.seconds
                self.sound.set()

    async def say(self, text: str) -> None:
        async for frame in self.text_to_speech.speak(text, voice=self.voice):
            await self.link.speak(frame)

    async def hears_the_bot(self, seconds: float = 0.3) -> None:
        """Returns when that much more of the bot has sounded."""
        enough = self.heard + seconds
        async with asyncio.timeout(PATIENCE):
            while self.heard < enough:
                self.sound.clear()
                await self.sound.wait()


@dataclass(slots=True, kw_only=True)
class Line:
    """What was told so far, and who is there."""

    callee: Callee
    session: ConversationSession
    rooms: MemoryRooms
    told: list[ConversationEvent] = field(default_factory=list)
    over: bool = False
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def follow(self) -> None:
        async for event in self.session.events():
            async with self.news:
                self.told.append(event)
                self.news.notify_all()
        async with self.news:
            self.over = True
            self.news.notify_all()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE), self.news:
            await self.news.wait_for(holds)

    async def until_turns(self, number: int) -> list[Turn]:
        await self.until(lambda: len(self.turns) >= number)
        return self.turns

    async def until_over(self) -> Ended:
        """Returns the last event, after which there are no others."""
        await self.until(lambda: self.over)
        last = self.told[-1]
        assert isinstance(last, Ended)
        return last

    def all_told(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.told if isinstance(event, kind)]

    @property
    def turns(self) -> list[Turn]:
        return [event.turn for event in self.all_told(TurnTaken)]

    def texts(self, speaker: Speaker) -> list[str]:
        return [turn.text for turn in self.turns if turn.speaker is speaker]


def config_of(spec: BotSpec, variables: dict[str, str] | None = None) -> RuntimeConfig:
    return RuntimeConfig(
        call_id=CallId(ROOM),
        brand=DEFAULT_BRAND,
        bot_id=BotId("bot_1"),
        bot_version=1,
        spec=spec,
        recording_key="recordings/call_1.wav",
        variables=variables or {},
    )


@asynccontextmanager
async def line(
    conversation: Conversation,
    config: RuntimeConfig,
    *,
    clock: Clock | None = None,
    text_to_speech: TextToSpeech | None = None,
) -> AsyncIterator[Line]:
    """A call that has just been answered."""
    rooms = MemoryRooms(clock or SystemClock())
    links = MemoryAudioLinks(rooms, clock or SystemClock())
    await rooms.open(ROOM)
    core = await links.join(await _invitation(rooms, CORE, CALLEE))
    callee = Callee(
        link=await links.join(await _invitation(rooms, CALLEE, CORE)),
        text_to_speech=text_to_speech or MemoryTextToSpeech(),
        voice="en-us",
    )
    async with conversation.open(core, config) as session:
        call = Line(callee=callee, session=session, rooms=rooms)
        following = [asyncio.ensure_future(callee.listen()), asyncio.ensure_future(call.follow())]
        try:
            yield call
        finally:
            for task in following:
                task.cancel()
            await asyncio.wait(following)
    await rooms.close(ROOM)


async def _invitation(rooms: MemoryRooms, party: str, other: str) -> Invitation:
    return await rooms.invite(ROOM, party, hears=frozenset({other}), heard_by=frozenset({other}))

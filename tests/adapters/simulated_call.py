"""A call to the simulated population, and a caller with a mouth and ears of the same make."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.memory.audio_links import MemoryAudioLinks
from adapters.memory.clock import MemoryClock
from adapters.memory.rooms import MemoryRooms
from adapters.memory.speech_to_text import MemorySpeechToText
from adapters.memory.text_to_speech import MemoryTextToSpeech
from adapters.simulation.carrier import SimulatedCarrier
from adapters.simulation.ears import Ears
from adapters.simulation.mouth import Mouth
from adapters.simulation.population import Role
from domain.calls.room import CALLEE, CORE, DIALLER
from domain.ids import DEFAULT_BRAND, CallId, TrunkId
from ports.audio_links import AudioLink
from ports.carrier import LegEnd, Progress, Refer
from ports.speech_to_text import SpeechToText
from ports.telephony import DialOrder
from ports.text_to_speech import TextToSpeech

NUMBER = "+15550100001"
ALL = frozenset({CALLEE, CORE, DIALLER})


def order(call: str, to: str = NUMBER) -> DialOrder:
    return DialOrder(
        call_id=CallId(call),
        brand=DEFAULT_BRAND,
        room=call,
        trunk_id=TrunkId("trunk_1"),
        to=to,
        caller_number="+15550199999",
        ring_timeout=30.0,
        max_duration=300.0,
    )


class Line(Progress):
    """A room of its own for one call; what the carrier says of it, with the time."""

    def __init__(self, call: str = "call_1") -> None:
        self.call = call
        self.clock = MemoryClock()
        self.rooms = MemoryRooms(self.clock)
        self.links = MemoryAudioLinks(self.rooms, self.clock)
        self.said: list[tuple[str, float]] = []
        self.met = asyncio.Event()

    async def ringing(self) -> None:
        self.said.append(("ringing", self.clock.monotonic()))

    async def answered(self, refer: Refer | None = None) -> AudioLink:
        self.said.append(("answered", self.clock.monotonic()))
        link = await self.join(CALLEE)
        self.met.set()
        return link

    async def join(self, party: str) -> AudioLink:
        await self.rooms.open(self.call)
        return await self.links.join(await self.rooms.invite(self.call, party, hears=ALL, heard_by=ALL))

    async def hang_up(self) -> None:
        await self.rooms.close(self.call)


class Caller:
    """The bot's end: what it hears is understood by a recogniser as the callee's is."""

    def __init__(self, line: Line, link: AudioLink, mouth: Mouth, ears: Ears, leg: "asyncio.Task[LegEnd]") -> None:
        self.line = line
        self.link = link
        self.ears = ears
        self.leg = leg
        self._mouth = mouth

    async def say(self, text: str) -> None:
        await self._mouth.say(text)

    async def hear(self, within: float = 15.0) -> str | None:
        return await self.ears.turn(pause=0.5, within=within)

    async def ask(self, text: str) -> str | None:
        await self.say(text)
        return await self.hear()


@asynccontextmanager
async def called(
    role: Role,
    *,
    call: str = "call_1",
    speech: TextToSpeech | None = None,
    words: SpeechToText | None = None,
    speed: float = 10.0,
) -> AsyncIterator[Caller]:
    """From the answer on. The room is closed at the end, and the leg awaited."""
    line = Line(call)
    speech, words = speech or MemoryTextToSpeech(), words or MemorySpeechToText()
    carrier = SimulatedCarrier(line.clock, speech, words, seed=1, overrides={NUMBER: role}, speed=speed)
    async with asyncio.TaskGroup() as tasks, words.open(language="en", seed=f"{call}/bot") as recognition:
        leg = tasks.create_task(carrier.carry(order(call), line))
        await line.met.wait()
        link = await line.join(CORE)
        ears = Ears(link, recognition, line.clock)
        hearing = [tasks.create_task(task) for task in (ears.listen(), ears.understand(), ears.notice_silence())]
        yield Caller(line, link, Mouth(link, speech, "en-us"), ears, leg)
        await line.hang_up()
        await leg
        for task in hearing:
            task.cancel()

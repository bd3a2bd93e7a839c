"""Many Pipecat calls at once in one process and in real time: CPU, how late bot audio is, and how fast turns are.

    python -m benchmarks.pipecat_calls [--short] [--calls 1 5 10 20] [--seconds 30] [--speech memory|espeak] [--noise]

The rooms and the callees run in the same process, so that their cost is in the figures, too.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvloop

from adapters.captions.speech_to_text import CaptionsSpeechToText
from adapters.espeak.text_to_speech import EspeakTextToSpeech
from adapters.memory.audio_links import MemoryAudioLinks
from adapters.memory.language_model import MemoryLanguageModel
from adapters.memory.rooms import MemoryRooms
from adapters.memory.speech_to_text import MemorySpeechToText
from adapters.memory.text_to_speech import MemoryTextToSpeech
from adapters.pipecat.conversation import PipecatConversation
from adapters.system.clock import SystemClock
from benchmarks.report import Plotted, Report, arguments
from benchmarks.rounds import Figures, Side, alternate, percentile
from domain.bots.bot import BotSpec
from domain.bots.policy import Policy
from domain.bots.runtime_config import RuntimeConfig
from domain.calls.audio import FRAME_BYTES, FRAME_SECONDS, AudioFrame
from domain.calls.room import CALLEE, CORE
from domain.calls.transcript import Speaker
from domain.ids import DEFAULT_BRAND, BotId, CallId
from ports.audio_links import AudioLink, Heard
from ports.conversation import ConversationSession, TurnTaken
from ports.messages.core import End, Talk
from ports.speech_to_text import SpeechToText
from ports.text_to_speech import TextToSpeech

WORDS = "I would like to know how the weather will be in the mountains on Sunday"
PAUSE = 0.5
"""Seconds without a frame after which the bot has begun anew."""

SPEC = BotSpec(
    prompt="Repeat what you hear.",
    greeting="Hello, this is a bot that repeats whatever you say to it.",
    policy=Policy(max_duration=7200.0, silence_after=60.0),
)


@dataclass(slots=True)
class Tally:
    late: list[float] = field(default_factory=list)
    latency: list[float] = field(default_factory=list)
    cut: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What all calls share."""

    rooms: MemoryRooms
    links: MemoryAudioLinks
    engine: PipecatConversation
    text_to_speech: TextToSpeech
    figures: Tally
    noise: bool


async def listen(link: AudioLink, figures: Tally) -> None:
    """A frame is due when the one before it ends; it is late by the time after that when it is really heard."""
    ends = -PAUSE
    async for event in link.events():
        if isinstance(event, Heard):
            due = ends if event.at - ends < PAUSE else event.at
            figures.late.append(max(0.0, link.clock() - due))
            ends = event.at + event.frame.seconds


async def talk(link: AudioLink, world: World, until: float, seed: int) -> None:
    """Speaks now and then, until it is over; with noise, something is on the line at all times."""
    chance = random.Random(seed)  # noqa: S311  # when somebody speaks is no secret
    quiet = AudioFrame(pcm=b"".join(bytes((chance.randrange(60), 0)) for _ in range(FRAME_BYTES // 2)))
    while link.clock() < until:
        async for frame in world.text_to_speech.speak(WORDS, voice="en-us+f3"):
            await link.speak(frame)
        ready = link.clock() + 6.0 + 2 * chance.random()
        while link.clock() < ready:
            if world.noise:
                await link.speak(quiet)
            else:
                await asyncio.sleep(FRAME_SECONDS)


async def follow(session: ConversationSession, figures: Tally) -> None:
    async for event in session.events():
        if isinstance(event, TurnTaken) and event.turn.speaker is Speaker.BOT:
            figures.cut += event.turn.interrupted
            if event.turn.latency is not None:
                figures.latency.append(event.turn.latency)


async def call(number: int, seconds: float, world: World) -> None:
    room = f"call_{number}"
    await asyncio.sleep(number * 0.1)
    await world.rooms.open(room)
    core, callee = [
        await world.links.join(
            await world.rooms.invite(room, party, hears=frozenset({other}), heard_by=frozenset({other}))
        )
        for party, other in ((CORE, CALLEE), (CALLEE, CORE))
    ]
    config = RuntimeConfig(
        call_id=CallId(room), brand=DEFAULT_BRAND, bot_id=BotId("b"), bot_version=1, spec=SPEC, recording_key=room
    )
    async with world.engine.open(core, config) as session, asyncio.TaskGroup() as tasks:
        tasks.create_task(listen(callee, world.figures))
        following = tasks.create_task(follow(session, world.figures))
        await session.order(Talk())
        await asyncio.sleep(min(5.0, seconds))
        await talk(callee, world, seconds, seed=number)
        await session.order(End())
        await following
        await callee.leave()
    await world.rooms.close(room)


@asynccontextmanager
async def speech(kind: str) -> AsyncIterator[tuple[SpeechToText, TextToSpeech]]:
    if kind == "memory":
        yield MemorySpeechToText(), MemoryTextToSpeech()
        return
    speaker = EspeakTextToSpeech()
    await speaker.open()
    try:
        yield CaptionsSpeechToText(), speaker
    finally:
        await speaker.aclose()


async def run(calls: int, seconds: float, kind: str, *, noise: bool) -> Figures:
    clock, figures = SystemClock(), Tally()
    rooms = MemoryRooms(clock)
    async with speech(kind) as (recogniser, speaker):
        engine = PipecatConversation(recogniser, speaker, MemoryLanguageModel(), clock)
        world = World(
            rooms=rooms,
            links=MemoryAudioLinks(rooms, clock),
            engine=engine,
            text_to_speech=speaker,
            figures=figures,
            noise=noise,
        )
        began, used = time.perf_counter(), time.process_time()
        async with asyncio.TaskGroup() as tasks:
            for number in range(calls):
                tasks.create_task(call(number, seconds, world))
        cpu = 100 * (time.process_time() - used) / (time.perf_counter() - began)
    return {
        "CPU (% of a core)": cpu,
        "cut turns": figures.cut,
        **_spread("lateness", figures.late),
        **_spread("turn", figures.latency),
    }


def _spread(name: str, seconds: Sequence[float]) -> Figures:
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {f"{name} {said} (ms)": 1000 * percentile(seconds, share) for said, share in shares.items() if seconds}


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--calls", type=int, nargs="*", default=[1, 5, 10, 20])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--speech", choices=("memory", "espeak"), default="espeak")
    parser.add_argument("--noise", action="store_true")
    asked = parser.parse_args()
    calls, seconds = ([1], 2.0) if asked.short else (asked.calls, asked.seconds)
    side = Side(
        name=f"Pipecat over {asked.speech}{', noise' if asked.noise else ''}",
        measure=lambda size: uvloop.run(run(size, seconds, asked.speech, noise=asked.noise)),
    )
    Report(
        name="pipecat_calls",
        title="Pipecat calls in one process",
        size="calls",
        rows=alternate([side], calls, 1),
        rounds=1,
        short=asked.short,
        out=asked.out,
        plotted=[Plotted(figure="CPU (% of a core)"), Plotted(figure="lateness p95 (ms)")],
    ).publish()


if __name__ == "__main__":
    main()

"""What the simulated population costs: many calls in virtual time, and some at once in real time.

`python -m benchmarks.population [--short] [--virtual 1000] [--real 20] [--seconds 30]`: all in one process, with a
caller for each call that asks and listens, so that the figures hold the caller's part and the rooms' too.
"""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from typing import Final

from adapters.captions.speech_to_text import CaptionsSpeechToText
from adapters.espeak.text_to_speech import EspeakTextToSpeech
from adapters.memory.clock import MemoryClock, VirtualTimeLoop
from adapters.memory.speech_to_text import MemorySpeechToText
from adapters.memory.text_to_speech import MemoryTextToSpeech
from adapters.simulation.carrier import SimulatedCarrier
from adapters.simulation.ears import Ears
from adapters.simulation.mouth import Mouth
from adapters.simulation.population import Answer, Overrides, Role
from benchmarks.report import Report, arguments
from benchmarks.rounds import Figures, row
from benchmarks.simulated_lines import Line, order
from domain.calls.room import CORE
from ports.carrier import LegEnd
from ports.clock import Clock
from ports.errors import Unavailable
from ports.speech_to_text import SpeechToText
from ports.text_to_speech import TextToSpeech

QUESTIONS: Final = (
    "Good morning, this is Anna from Acme. Do you have a minute?",
    "How many people live with you?",
    "What day would suit you for a visit?",
    "To confirm, press one.",
    "May I call you again?",
)
LONGEST: Final = 60.0


class Callers:
    """Calls numbers of the population, and talks to whoever answers."""

    def __init__(
        self, clock: Clock, speech: TextToSpeech, words: SpeechToText, *, overrides: Overrides | None = None
    ) -> None:
        self._clock = clock
        self._speech = speech
        self._words = words
        self._carrier = SimulatedCarrier(clock, speech, words, seed=1, overrides=overrides)
        self.ends: Counter[tuple[int, str]] = Counter()
        self.talked = 0.0

    async def call(self, number: str) -> None:
        line = Line(f"call_{number}", self._clock)
        link = await line.join(CORE)
        async with asyncio.TaskGroup() as tasks, self._words.open(language="en", seed=number) as recognition:
            ears = Ears(link, recognition, self._clock)
            leg = tasks.create_task(self._carrier.carry(order(line.call, number), line))
            beside = [tasks.create_task(part) for part in (ears.listen(), ears.understand(), ears.notice_silence())]
            asking = tasks.create_task(self._ask(line, ears, Mouth(link, self._speech, "en-us")))
            await asyncio.wait({leg}, timeout=LONGEST)
            await line.close()
            asking.cancel()
            self._count(line, await leg)
            for task in beside:
                task.cancel()

    async def _ask(self, line: Line, ears: Ears, mouth: Mouth) -> None:
        while line.answered_at is None:
            await self._clock.sleep(0.1)
        with suppress(Unavailable):
            for question in QUESTIONS * 20:
                await ears.turn(pause=0.5, within=4.0)
                await mouth.say(question)

    def _count(self, line: Line, end: LegEnd) -> None:
        self.ends[end.status, end.by.value] += 1
        if line.answered_at is not None:
            self.talked += self._clock.monotonic() - line.answered_at


async def in_virtual_time(calls: int) -> Figures:
    clock = MemoryClock()
    callers = Callers(clock, MemoryTextToSpeech(), MemorySpeechToText())
    real, cpu = time.perf_counter(), time.process_time()
    for first in range(0, calls, 100):
        await asyncio.gather(*(callers.call(f"+1555{n:07}") for n in range(first, min(calls, first + 100))))
    real, cpu = time.perf_counter() - real, time.process_time() - cpu
    print(f"{dict(callers.ends)}\n")
    return {"CPU (ms/call)": cpu / calls * 1000, "talked (s)": callers.talked, "took (s)": real}


async def in_real_time(calls: int, seconds: float) -> Figures:
    speech = EspeakTextToSpeech()
    await speech.open()
    callers = Callers(MemoryClock(), speech, CaptionsSpeechToText(), overrides={"": Role(answer=Answer.HUMAN)})
    cpu, real = time.process_time(), time.perf_counter()
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.gather(*(callers.call(f"+1555{n:07}") for n in range(calls)))
    share = (time.process_time() - cpu) / (time.perf_counter() - real)
    await speech.aclose()
    return {"CPU (% of a core)": 100 * share}


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--virtual", type=int, default=1000)
    parser.add_argument("--real", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30.0)
    asked = parser.parse_args()
    virtual, real, seconds = (20, 2, 1.0) if asked.short else (asked.virtual, asked.real, asked.seconds)
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        rows = [row("virtual time", virtual, [runner.run(in_virtual_time(virtual))])]
    rows.append(row("real time, espeak and captions", real, [asyncio.run(in_real_time(real, seconds))]))
    Report(
        name="population",
        title="The simulated population, with a caller for each call",
        size="calls",
        rows=rows,
        rounds=1,
        short=asked.short,
        out=asked.out,
    ).publish()


if __name__ == "__main__":
    main()

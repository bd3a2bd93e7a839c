"""What the simulated population costs: many calls in virtual time, and some at once in real time.

`python -m benchmarks.population [--virtual 1000] [--real 20] [--seconds 30]`: all in one process, together with a
caller for each call that asks and listens, so that the figures hold the caller's part and the rooms' too.
"""

import argparse
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


async def in_virtual_time(calls: int) -> None:
    clock = MemoryClock()
    callers = Callers(clock, MemoryTextToSpeech(), MemorySpeechToText())
    real, cpu = time.perf_counter(), time.process_time()
    for first in range(0, calls, 100):
        await asyncio.gather(*(callers.call(f"+1555{n:07}") for n in range(first, min(calls, first + 100))))
    real, cpu = time.perf_counter() - real, time.process_time() - cpu
    each = f"{cpu / calls * 1000:.1f} ms CPU a call"
    print(f"virtual time: {calls} calls, {callers.talked:.0f} s talked, in {real:.1f} s ({each})")
    print(f"  {dict(callers.ends)}")


async def in_real_time(calls: int, seconds: float) -> None:
    speech = EspeakTextToSpeech()
    await speech.open()
    callers = Callers(MemoryClock(), speech, CaptionsSpeechToText(), overrides={"": Role(answer=Answer.HUMAN)})
    cpu, real = time.process_time(), time.perf_counter()
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.gather(*(callers.call(f"+1555{n:07}") for n in range(calls)))
    share = (time.process_time() - cpu) / (time.perf_counter() - real)
    await speech.aclose()
    print(f"real time: {calls} calls at once with espeak and captions, callers included: {share:.1%} of a core")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--virtual", type=int, default=1000)
    parser.add_argument("--real", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30.0)
    given = parser.parse_args()
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(in_virtual_time(given.virtual))
    asyncio.run(in_real_time(given.real, given.seconds))


if __name__ == "__main__":
    main()

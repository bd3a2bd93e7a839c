"""How often the first screening is right, and how soon, on a labelled set of synthetic callees.

`python -m benchmarks.screening [--short] [--each 100]`: espeak-ng's voices in virtual time. Synthetic voices in
a digital room say nothing about real telephones.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from statistics import median
from typing import Final

from adapters.acoustic.screening import AcousticScreening
from adapters.captions.speech_to_text import CaptionsSpeechToText
from adapters.memory.clock import MemoryClock, VirtualTimeLoop
from adapters.simulation import callee, voicemail
from adapters.simulation.carrier import SimulatedCarrier
from adapters.simulation.population import VOICES, Answer, Manner, Role
from benchmarks.report import Report, arguments
from benchmarks.rounds import Figures, Row, percentile, row
from benchmarks.simulated_lines import Line, RenderedSpeech, order
from domain.calls.room import CALLEE, DIALLER
from domain.campaigns.attempt import Verdict
from ports.audio_links import Heard, LinkEvent

HUMAN: Final = Role(answer=Answer.HUMAN)
SCREENS: Final = Role(answer=Answer.HUMAN, manner=Manner.SCREENS)
SETS: Final = {
    "human": (HUMAN, Verdict.HUMAN),
    "human, screens": (SCREENS, Verdict.MACHINE),
    "voicemail": (Role(answer=Answer.VOICEMAIL), Verdict.MACHINE),
    "silent": (Role(answer=Answer.SILENT), Verdict.SILENCE),
}
"""Label, role, and the verdict wanted: a screening greeting is as long as a machine's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """Seconds: `after` the answer; `after_speech`, since its last sound; `beep_after`, since the beep's end."""

    verdict: Verdict
    after: float
    after_speech: float | None
    beep_after: float | None


class Noted(AsyncIterator[LinkEvent]):
    """Events on their way to the screening, and when the callee was last heard."""

    def __init__(self, events: AsyncIterator[LinkEvent]) -> None:
        self._events = events
        self.sounded_until: float | None = None

    async def __anext__(self) -> LinkEvent:
        event = await anext(self._events)
        if isinstance(event, Heard) and event.party == CALLEE and any(event.frame.pcm):
            self.sounded_until = event.at + event.frame.seconds
        return event


async def screened(speech: RenderedSpeech, role: Role, number: str) -> Screened:
    clock, words = MemoryClock(), CaptionsSpeechToText()
    carrier = SimulatedCarrier(clock, speech, words, seed=1, overrides={number: role}, speed=1000.0)
    line = Line(f"call_{number}", clock)
    link = await line.join(DIALLER)
    events = Noted(link.events())
    async with asyncio.TaskGroup() as tasks:
        leg = tasks.create_task(carrier.carry(order(line.call, number), line))
        while line.answered_at is None:
            await clock.sleep(0.001)
        async with AcousticScreening(clock).listen(events) as session:
            verdict = await session.verdict()
            after, sounded = clock.monotonic() - line.answered_at, events.sounded_until
            after_speech = None if sounded is None else link.clock() - sounded
            beep_after = None
            if role.answer is Answer.VOICEMAIL and await session.beep(20.0):
                beep_after = link.clock() - (events.sounded_until or 0.0)
        await line.close()
        await leg
    return Screened(verdict=verdict, after=after, after_speech=after_speech, beep_after=beep_after)


def figures(wanted: Verdict, results: list[Screened]) -> Figures:
    counts = Counter(result.verdict for result in results)
    after = [result.after for result in results]
    found = {
        "right (%)": 100 * counts[wanted] / len(results),
        "verdict p50 (s)": median(after),
        "verdict p95 (s)": percentile(after, 0.95),
        **{f"{verdict.value} (calls)": float(counts[verdict]) for verdict in Verdict},
    }
    quiet = [result.after_speech for result in results if result.after_speech is not None]
    if wanted is Verdict.HUMAN:
        found["after the greeting p50 (s)"] = median(quiet)
    beeps = [result.beep_after for result in results if result.beep_after is not None]
    if beeps:
        found["beeps heard (calls)"] = len(beeps)
        found["beep heard at the latest (s)"] = max(beeps)
    return found


async def run(speech: RenderedSpeech, each: int) -> list[Row]:
    rows = []
    for label, (role, wanted) in SETS.items():
        results = [await screened(speech, role, f"+1555{n:07}") for n in range(each)]
        rows.append(row(label, each, [figures(wanted, results)]))
    return rows


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--each", type=int, default=100)
    asked = parser.parse_args()
    each = 2 if asked.short else asked.each
    speech = RenderedSpeech()
    texts = (*callee.GREETINGS, callee.SCREENING_GREETING, "Hello?", *voicemail.GREETINGS)
    asyncio.run(speech.render(texts, VOICES))
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        rows = runner.run(run(speech, each))
    Report(
        name="screening",
        title="Verdicts of the first screening on synthetic callees (rows: what they are)",
        size="calls",
        rows=rows,
        rounds=1,
        short=asked.short,
        out=asked.out,
    ).publish()


if __name__ == "__main__":
    main()

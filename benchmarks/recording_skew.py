"""How well the two sides of a recording are in step, by clicks that both ends of a call make at the same instants.

`python -m benchmarks.recording_skew [--short] [--over exchange|sip|livekit] [--seconds 60] [--calls 4]`: in real time.
One process is a Core's part: the real tape, journals on disk and recordings. What carries the calls, and whoever is
called, are others: a scripted carrier, or a far end by SIP, through the exchange or through LiveKit.
"""

import asyncio
import logging
import tempfile
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
import uvloop

from adapters.directory.call_journal import DirectoryCallJournal
from adapters.directory.object_store import DirectoryObjectStore
from benchmarks.click_calls import ClickCall, Doors, Lossy
from benchmarks.click_roads import CLOCK, ROADS
from benchmarks.clicks import Skew
from benchmarks.report import Report, arguments
from benchmarks.rounds import Figures, Side, alternate, percentile
from domain.ids import CallId

LIMIT: Final = 80.0
"""Milliseconds that the sides may be apart where frames are lost."""

LINES: Final = {
    "clean": Lossy(),
    "2 % loss": Lossy(loss=0.02),
    "2 % loss, 30 ms jitter": Lossy(loss=0.02, jitter=0.03),
}
DRIFTING: Final = {
    "2 % loss, 30 ms jitter, 200 ppm slow": Lossy(loss=0.02, jitter=0.03, ppm=200),
    "2 % loss, 30 ms jitter, 200 ppm fast": Lossy(loss=0.02, jitter=0.03, ppm=-200),
}
"""For the scripted carrier, whose clock can be set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Of one line: processes of its own for each measurement. Raises Missing where a server of the road is not here."""

    over: str
    line: Lossy
    calls: int

    def __call__(self, seconds: int) -> Figures:
        with ROADS[self.over](self.line, seconds) as road, tempfile.TemporaryDirectory() as folder:
            found = uvloop.run(_record(road.opened(), Path(folder), self.calls, seconds))
        return _figures(found, road.late)


async def _record(opened: AbstractAsyncContextManager[Doors], folder: Path, calls: int, seconds: float) -> list[Skew]:
    async with opened as doors:
        call = ClickCall(
            doors=doors,
            journal=DirectoryCallJournal(folder / "journals"),
            objects=DirectoryObjectStore(folder / "objects"),
            clock=CLOCK,
        )
        names = [CallId(f"call_{n}") for n in range(calls)]
        await asyncio.gather(*(call.record(name, seconds) for name in names))
        return [await call.measured(name) for name in names]


def _figures(found: list[Skew], late: list[float]) -> Figures:
    together = Skew(each=[each for skew in found for each in skew.each], lost=sum(skew.lost for skew in found))
    mixed = [each for skew in found for each in skew.mixed]
    figures = {
        "clicks": len(together.each),
        "clicks lost": together.lost,
        "callee later by (ms)": together.middle,
        "skew p50 (ms)": together.share(0.5),
        "skew p95 (ms)": together.share(0.95),
        "skew most (ms)": together.most,
        "in the mix p95 (ms)": percentile(mixed, 0.95),
        "limit (ms)": LIMIT,
    }
    return {**figures, "far end hears later by (ms)": percentile(late, 0.5)} if late else figures


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--over", choices=ROADS, default="exchange", help="what carries the calls (default: exchange)")
    parser.add_argument("--seconds", type=int, nargs="*", default=[60])
    parser.add_argument("--calls", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    calls, seconds, rounds = (2, [3], 1) if asked.short else (asked.calls, asked.seconds, asked.rounds)
    lines = {**LINES, **DRIFTING} if asked.over == "exchange" else LINES
    sides = [Side(name=name, measure=Measure(over=asked.over, line=line, calls=calls)) for name, line in lines.items()]
    Report(
        name="recording_skew" if asked.over == "exchange" else f"recording_skew_{asked.over}",
        title=f"The two sides of a recording in step, over {asked.over}",
        size="seconds",
        rows=alternate(sides, seconds, rounds),
        rounds=rounds,
        short=asked.short,
        out=asked.out,
    ).publish()


if __name__ == "__main__":
    main()

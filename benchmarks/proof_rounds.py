"""One round of the proof: a first call, then all calls, and what they and the called system's processes came to."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Final

from benchmarks.process_costs import Watched
from benchmarks.proof_systems import Called
from benchmarks.rounds import Figures
from benchmarks.sip_caller import Calling
from benchmarks.sip_callers import CallersHeard, Load, called
from benchmarks.wire_figures import at_once, call_seconds, faults, wire_figures

FIRST_CALL_SECONDS: Final = 2.0
LATEST_CALLERS: Final = 0.005
"""Seconds by which one in a hundred of the callers' own steps may be late before a round is not to be believed."""


class NothingMeasured(Exception):
    """Nobody answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How many calls, how fast, how long; `first` are made before, so that no call that counts is the first."""

    rate: float
    seconds: float
    keys: str
    first: int


@dataclass(slots=True, kw_only=True)
class Rounds:
    """Of one side. `system` is open for a round; `speaks` when it says something by itself. `failed` counts calls that
    were not as they should be, and `notes` say what else is to be known of its rounds."""

    name: str
    system: Callable[[int], AbstractContextManager[Called]]
    asked: Asked
    speaks: bool
    failed: int = 0
    notes: list[str] = field(default_factory=list)
    _round: int = 0

    def measure(self, calls: int) -> Figures:
        """Raises NothingMeasured."""
        self._round += 1
        loaded = os.getloadavg()[0]
        with self.system(calls) as system:
            load = self._load(system, calls)
            self._first_call(load)
            watched = Watched(system.process)
            heard = called(load, watched.start, watched.look)
            watched.stop()
        figures = self._figures(heard, watched)
        return {**figures, "load of the machine before": loaded}

    def _load(self, system: Called, calls: int) -> Load:
        calling = Calling(
            number=system.number,
            host=system.host,
            port=system.port,
            seconds=self.asked.seconds,
            keys=self.asked.keys,
        )
        return Load(calling=calling, calls=calls, rate=self.asked.rate)

    def _first_call(self, load: Load) -> None:
        calling = replace(load.calling, seconds=FIRST_CALL_SECONDS, keys="")
        heard = called(Load(calling=calling, calls=self.asked.first, rate=load.rate), _nothing, _nothing)
        if wrong := faults(heard.calls):
            raise NothingMeasured(f"{self.name}: the first call to {calling.host}:{calling.port} failed: {wrong}")

    def _figures(self, heard: CallersHeard, watched: Watched) -> Figures:
        wrong, late = faults(heard.calls), heard.late(0.99)
        self.failed += sum(bool(call.fault) for call in heard.calls)
        if wrong:
            self._note(f"failed: {wrong}")
        if watched.gone:
            self._note(f"{watched.gone} of its processes ended meanwhile, and what they cost is not in the figures")
        if late > LATEST_CALLERS:
            said = "times of SIP messages include that, those of packets do not"
            self._note(f"the callers themselves were late, by {1000 * late:.1f} ms (p99): {said}")
        if not any(call.answered for call in heard.calls):
            raise NothingMeasured(f"{self.name}: no call was answered: {wrong}")
        return {
            **wire_figures(heard.calls, first_sound=self.speaks),
            **watched.figures(at_once(heard.calls), call_seconds(heard.calls)),
            "callers late p99 (ms)": 1000 * late,
            "callers late most (ms)": 1000 * heard.late(1.0),
            "callers (cores)": heard.cpu / heard.seconds,
        }

    def _note(self, text: str) -> None:
        self.notes.append(f"{self.name}, round {self._round}: {text}")


def _nothing() -> None: ...

"""What the trials showed, as a table by kill point and as JSON."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contract_tests.faults.checks import CHECKS, Fault
from contract_tests.faults.facts import Facts
from contract_tests.faults.law import every_call_ended_by_the_law, every_leg_ends_soon_after_its_core
from contract_tests.faults.results import RESULT_CHECKS
from contract_tests.faults.trials import Trial
from domain.ids import CallId

ALL: Final = (*CHECKS, *RESULT_CHECKS, every_call_ended_by_the_law, every_leg_ends_soon_after_its_core)
MOST_LINES: Final = 40
FIRED: Final = "every kill fired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Over all systems that the trials ran on."""

    all_facts: Sequence[Facts]
    seconds: float

    @property
    def failed(self) -> bool:
        return any(self.faults().values())

    def faults(self) -> Mapping[str, Sequence[str]]:
        """By check, each with the deaths in whose time it came; and the trials that proved nothing."""
        found: dict[str, list[str]] = {check.__name__.replace("_", " "): [] for check in ALL}
        for facts in self.all_facts:
            for check, lines in zip(ALL, found.values(), strict=True):
                lines += [f"{fault.what}{_near(facts, fault)}" for fault in check(facts)]
        found[FIRED] = [f"{trial.step} never fired" for trial in self._trials() if trial.void]
        return found

    def table(self) -> str:
        """A line for each kill point: how often it fired, how long it took, and what its victims came to."""
        by_step: dict[str, list[Trial]] = defaultdict(list)
        for trial in self._trials():
            by_step[str(trial.step)].append(trial)
        lines = [f"{'kill point':80}  fired  seconds  its victims"]
        for step, trials in sorted(by_step.items()):
            victims = Counter(self._ending(trial) for trial in trials)
            fired = f"{sum(not trial.void for trial in trials)}/{len(trials)}"
            took = sum(trial.seconds for trial in trials) / len(trials)
            endings = ", ".join(f"{count} {what}" for what, count in victims.items())
            lines.append(f"{step:80}  {fired:>5}  {took:7.1f}  {endings}")
        return "\n".join(lines)

    def judgement(self) -> str:
        counts = ", ".join(f"{count} {what}" for what, count in self._counts().items())
        lines = [f"{counts} in {self.seconds:.0f} s"]
        for name, faults in self.faults().items():
            lines.append(f"  {'FAILED' if faults else 'ok    '} {name}")
            lines += [f"         {fault}" for fault in faults[:MOST_LINES]]
        return "\n".join(lines)

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        trials = [
            {"step": str(trial.step), "fired": not trial.void, "seconds": round(trial.seconds, 2)}
            for trial in self._trials()
        ]
        whole = {**self._counts(), "seconds": round(self.seconds, 1), "faults": self.faults(), "by_trial": trials}
        path.write_text(json.dumps(whole, indent=2) + "\n")

    def _trials(self) -> list[Trial]:
        return [trial for facts in self.all_facts for trial in facts.trials]

    def _counts(self) -> dict[str, int]:
        return {
            "trials": len(self._trials()),
            "kills": sum(len(facts.kills) for facts in self.all_facts),
            "calls": sum(len(facts.calls) for facts in self.all_facts),
            "legs": sum(len(facts.legs) for facts in self.all_facts),
            "pushes": sum(len(facts.pushes) for facts in self.all_facts),
        }

    def _ending(self, trial: Trial) -> str:
        if not trial.kills or not trial.kills[0].call_id:
            return "no call"
        victim = CallId(trial.kills[0].call_id)
        facts = next(facts for facts in self.all_facts if trial in facts.trials)
        return next((str(a.outcome) for a in facts.attempts if a.call_id == victim), "not opened")


def _near(facts: Facts, fault: Fault) -> str:
    call = next((call for call in facts.calls if call.id == fault.call_id), None)
    if call is None:
        return ""
    began = call.created_at.timestamp()
    ended = call.result.ended_at.timestamp() if call.result else float("inf")
    deaths = [f"{k.point} {k.at - began:+.1f} s" for k in facts.kills if began - 5 <= k.at <= ended + 5]
    return f"  [{', '.join(deaths)}]"

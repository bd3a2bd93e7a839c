"""Processes die at every step of attempt, call, result and delivery, and everything is as it should be afterwards."""

import os
from pathlib import Path

from contract_tests.faults.report import Report
from contract_tests.faults.run import SYSTEMS, tried_side_by_side
from contract_tests.faults.trials import planned

TRIALS = 300 if os.environ.get("CONTRACT_TRIALS") == "large" else 30
SEED = 1


async def test_nothing_is_lost_doubled_or_stuck_whoever_dies_wherever(tmp_path: Path) -> None:
    all_facts = await tried_side_by_side(planned(TRIALS, SEED), tmp_path, SEED, SYSTEMS)

    report = Report(all_facts=all_facts, seconds=0.0)
    assert not report.failed, report.judgement()
    assert sum(len(facts.kills) for facts in all_facts) >= TRIALS

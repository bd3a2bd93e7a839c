"""The trials find each of the bugs that are planted for them, so that their silence means something."""

import asyncio
import os
from pathlib import Path

import pytest

from contract_tests.faults.mutants import MUTANTS, NO_DEDUPE, SENT_AFTER_DELETED, Mutant, tried
from contract_tests.faults.report import FIRED

AT_ONCE = 2
CHOSEN = MUTANTS if os.environ.get("CONTRACT_TRIALS") == "large" else (NO_DEDUPE, SENT_AFTER_DELETED)


async def test_the_trials_find_the_planted_bugs(tmp_path: Path) -> None:
    free = asyncio.Semaphore(AT_ONCE)

    async def found(index: int, mutant: Mutant) -> list[str]:
        async with free:
            faults = await tried(mutant, tmp_path / str(index))
        assert faults[FIRED] == [], mutant.name
        return [line for lines in faults.values() for line in lines]

    async with asyncio.TaskGroup() as tasks:
        running = {mutant.name: tasks.create_task(found(index, mutant)) for index, mutant in enumerate(CHOSEN)}
    for mutant in CHOSEN:
        lines = running[mutant.name].result()
        assert any(mutant.seen in line for line in lines), f"{mutant.name} was not found; {lines}"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "_"))
def test_every_bug_can_still_be_planted(mutant: Mutant) -> None:
    for change in mutant.changes:
        text = (Path(__file__).resolve().parents[2] / change.path).read_text()
        assert text.count(change.old) == 1, f"{change.path} no longer has {change.old!r}"

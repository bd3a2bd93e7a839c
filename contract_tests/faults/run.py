"""Runs trials and judges them: `python -m contract_tests.faults.run --trials 30`."""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from contract_tests.faults.facts import Facts, gather
from contract_tests.faults.report import Report
from contract_tests.faults.system import running
from contract_tests.faults.trials import ENDS_WITHIN, Trial, Trials, planned

SYSTEMS: Final = 3
"""On two cores: most of the time everybody waits."""

OUT: Final = Path(__file__).resolve().parents[2] / "benchmarks" / "out" / "faults.json"


async def tried(trials: Sequence[Trial], folder: Path, seed: int, patience: float) -> Facts:
    """All that is known after these trials; `patience` is how long their aftermath may take, in seconds."""
    async with running(folder, seed) as system:
        await Trials(system, trials, patience).run()
        return await gather(system, trials)


async def tried_side_by_side(
    trials: Sequence[Trial], folder: Path, seed: int, systems: int, patience: float = ENDS_WITHIN
) -> list[Facts]:
    """Shared out among so many systems at once, each with its own data: they spend most of their time waiting."""
    async with asyncio.TaskGroup() as tasks:
        running_each = [
            tasks.create_task(tried(trials[index::systems], folder / str(index), seed, patience))
            for index in range(min(systems, len(trials)))
        ]
    return [each.result() for each in running_each]


def main(arguments: Sequence[str]) -> int:
    """0 when every kill fired and nothing was amiss."""
    asked = _parser().parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="cxb-faults-"))
    began = time.monotonic()
    trials = planned(asked.trials, asked.seed, asked.only)
    all_facts = asyncio.run(tried_side_by_side(trials, folder, asked.seed, asked.systems, asked.patience))
    report = Report(all_facts=all_facts, seconds=time.monotonic() - began)
    sys.stdout.write(f"\n{report.table()}\n\n{report.judgement()}\n")
    report.write(asked.out)
    if report.failed:
        sys.stdout.write(f"FAILED; everything is in {folder}\n")
        return 1
    shutil.rmtree(folder)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./cxb faults", description="Kill processes at every step of a call.")
    parser.add_argument("--trials", type=int, default=30, help="how many kills (default: 30)")
    parser.add_argument("--seed", type=int, default=1, help="which steps, in which order (default: 1)")
    parser.add_argument("--systems", type=int, default=SYSTEMS, help=f"how many at once (default: {SYSTEMS})")
    parser.add_argument("--patience", type=float, default=ENDS_WITHIN, help="seconds that the aftermath may take")
    parser.add_argument("--only", default="", help="only kill points whose text has this in it")
    parser.add_argument("--out", type=Path, default=OUT, help="where the figures go as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

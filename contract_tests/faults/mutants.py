"""Bugs to plant in a copy of the tree, each of which the trials must find: else they prove nothing."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
CODE: Final = ("domain", "ports", "adapters", "applications", "launcher", "contract_tests", "examples")
PATIENCE: Final = 25.0
"""Seconds for which a planted bug may hold everything up before it is judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A text in a file, and what is to stand there instead."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """`point` is where a process has to die for it to show, `seen` a part of what the report then says."""

    name: str
    changes: Sequence[Change]
    point: str
    seen: str
    trials: int = 1


NO_DEDUPE: Final = Mutant(
    name="the API does not know a result that comes again",
    changes=(
        Change(
            path="domain/calls/call.py",
            old="        if self.result.digest == result.digest:\n            return self\n",
            new="",
        ),
    ),
    point="core:sink.hand_over:after",
    seen="is left on Core's disk",
)
SENT_AFTER_DELETED: Final = Mutant(
    name="the outbox forgets a result before it is sent",
    changes=(
        Change(
            path="applications/core/use_cases/deliver_results.py",
            old="await self.sink.hand_over(parcel.body)",
            new="await self.outbox.delivered(parcel.call_id); await self.sink.hand_over(parcel.body)",
        ),
    ),
    point="core:sink.hand_over:before",
    seen="Core kept 1 results",
)
TWO_WRITES: Final = Mutant(
    name="the event is written after the state, in a write of its own",
    changes=(
        Change(
            path="applications/api/use_cases/receive_result.py",
            old="await rewrite(load, conclude, self.calls.save)",
            new="await self._in_two_writes(load, conclude)",
        ),
        Change(
            path="applications/api/use_cases/receive_result.py",
            old="    async def __call__(",
            new=(
                "    async def _in_two_writes(self, load, conclude):\n"
                "        before = await load()\n"
                "        after = conclude(before)\n"
                "        if after is not before:\n"
                "            saved = await self.calls.save(replace(after, events=before.events))\n"
                "            await self.calls.save(replace(saved, events=after.events))\n\n"
                "    async def __call__("
            ),
        ),
        Change(
            path="applications/api/use_cases/receive_result.py",
            old="from dataclasses import dataclass",
            new="from dataclasses import dataclass, replace",
        ),
    ),
    point="api:calls.save=ended:before",
    seen="was concluded [0, 0] times",
)
GIVES_UP: Final = Mutant(
    name="Core gives up on a result after three tries",
    changes=(
        Change(
            path="applications/core/use_cases/deliver_results.py",
            old="        wait = wait_before_resend(",
            new=(
                "        if parcel.tries >= 2:\n"
                "            return await self.outbox.delivered(parcel.call_id)\n"
                "        wait = wait_before_resend("
            ),
        ),
    ),
    point="api:calls.save=ended:before",
    seen="it has no result",
    trials=4,
)
PUSH_APART: Final = Mutant(
    name="the event is gone before its push is on record",
    changes=(
        Change(
            path="applications/api/use_cases/relay_events.py",
            old="        if concluded and call.result:\n",
            new=(
                "        await self.calls.save(call.relayed(frozenset(event.id for event in call.events)))\n"
                "        if concluded and call.result:\n"
            ),
        ),
        Change(
            path="applications/api/use_cases/relay_events.py",
            old=(
                "            await self._release(call, call.result)\n"
                "        await self.calls.save(call.relayed(frozenset(event.id for event in call.events)))\n"
            ),
            new="            await self._release(call, call.result)\n",
        ),
    ),
    point="api:deliveries.add:before",
    seen="is not on record",
)
MUTANTS: Final = (NO_DEDUPE, SENT_AFTER_DELETED, TWO_WRITES, GIVES_UP, PUSH_APART)


def plant(mutant: Mutant, folder: Path) -> Path:
    """A copy of the tree with the bug in it. Raises ValueError when the code is no longer what the bug is made for."""
    for name in CODE:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for change in mutant.changes:
        file = folder / change.path
        text = file.read_text()
        if text.count(change.old) != 1:
            raise ValueError(f"{mutant.name}: {change.path} has {text.count(change.old)} times {change.old!r}")
        file.write_text(text.replace(change.old, change.new))
    return folder


async def tried(mutant: Mutant, folder: Path) -> Mapping[str, Sequence[str]]:
    """What the trials find amiss in it, by check."""
    tree, out = plant(mutant, folder / "tree"), folder / "faults.json"
    asked = ("--trials", str(mutant.trials), "--only", mutant.point, "--systems", "1", "--patience", str(PATIENCE))
    environment: dict[str, Any] = {**os.environ, "PYTHONPATH": str(tree)}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "contract_tests.faults.run", *asked, "--out", str(out)),
        cwd=tree,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if not out.exists():
        raise RuntimeError(f"the trials broke off:\n{said.decode(errors='replace')}")
    faults: Mapping[str, Sequence[str]] = json.loads(out.read_bytes())["faults"]
    return faults

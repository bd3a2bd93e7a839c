"""Power is cut at random moments of the stores' work: whatever somebody was told is stored is still there.

Every test here can see: with less than SQLite's full syncs the same images do lose, and are seen to.
"""

import os
import shutil
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from contract_tests.faults.power.recorded_disk import NAME, Step, Told, after_power_loss, recorded
from contract_tests.faults.power.store_story import Fact, faults, live_through, opened
from ports.errors import PortError

LARGE = os.environ.get("CONTRACT_TRIALS") == "large"
IMAGES = 2000 if LARGE else 300
BLIND_IMAGES = 300 if LARGE else 40
SEED = 20260


async def lived(folder: Path, synchronous: str) -> list[Step]:
    """The record of one life of the stores."""
    with recorded() as steps:
        async with opened(folder / "cxb.sqlite", vfs=NAME, synchronous=synchronous) as stores:
            await live_through(stores, lambda fact: steps.append(Told(fact)))
            length = len(steps)
    return steps[:length]


async def verdicts(folder: Path, steps: list[Step], images: int) -> Counter[str]:
    """How many images showed what kind of fault, by its first word."""
    chance, seen = Random(SEED), Counter[str]()  # noqa: S311  # cuts, no secrets
    first = next(index for index, step in enumerate(steps) if isinstance(step, Told))
    for _ in range(images):
        before = steps[: chance.randint(first + 1, len(steps))]
        found = await _found(folder, before, chance)
        seen.update({fault.split(":")[0] for fault in found} or {"whole"})
    return seen


async def _found(folder: Path, before: list[Step], chance: Random) -> list[str]:
    facts = [step.fact for step in before if isinstance(step, Told)]
    disk = folder / "found"
    disk.mkdir()
    for name, content in after_power_loss(before, chance).items():
        (disk / name).write_bytes(content)
    try:
        async with opened(disk / "cxb.sqlite", synchronous="OFF") as stores:
            return await faults(stores, _newest(facts))
    except (PortError, ValueError):
        return ["corrupt"]
    finally:
        shutil.rmtree(disk)


def _newest(facts: list[Fact]) -> list[Fact]:
    by_id: dict[str, Fact] = {}
    for fact in facts:
        by_id[fact.id] = max(fact, by_id.get(fact.id, fact), key=lambda each: each.version)
    return list(by_id.values())


async def test_nothing_that_was_stored_is_lost_or_torn(tmp_path: Path) -> None:
    steps = await lived(tmp_path, "FULL")

    assert await verdicts(tmp_path, steps, IMAGES) == {"whole": IMAGES}


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
async def test_the_images_show_what_less_than_full_syncs_lose(tmp_path: Path, synchronous: str) -> None:
    steps = await lived(tmp_path, synchronous)

    seen = await verdicts(tmp_path, steps, BLIND_IMAGES)

    assert seen["lost"] + seen["corrupt"] > BLIND_IMAGES / 10
    if synchronous == "OFF":
        assert seen["corrupt"] + seen["integrity"] > 0

"""Two APIs, two Cores and three Diallers work on one campaign while one after the other is killed or stands still."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

import pytest

from contract_tests.faults.crew.campaign import started
from contract_tests.faults.crew.checks import wrong
from contract_tests.faults.crew.found import found_in, logged
from contract_tests.faults.crew.members import crew
from contract_tests.faults.crew.trouble import Trouble
from contract_tests.faults.deaths import of_their_own
from launcher.demo.crm import receiving

LARGE = os.environ.get("CONTRACT_TRIALS") == "large"
SECONDS = 120.0 if LARGE else 20.0
LEADS = 240 if LARGE else 24
PATIENCE = 420.0
"""Seconds; a Core that is lost before it joined a call has two minutes to come back with its result."""

TOLD = ("attempt_taken_over", "dial_too_late", "attempt_recovered")
"""What is logged when a late holder is told so, and when its work was taken over before. How often that happens is
chance, so twenty seconds only print it; `tests/dialler/test_recovery.py` proves it in virtual time."""


async def until(holds: Callable[[], Awaitable[bool]], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not await holds():
        assert time.monotonic() < end, f"not {what} in time"
        await asyncio.sleep(0.3)


async def test_a_campaign_outlives_whoever_is_killed_or_stands_still(
    tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    async with receiving(tmp_path / "crm.ndjson") as crm:
        async with crew(tmp_path) as team, started(team, crm, LEADS, asyncio.sleep) as campaign:
            trouble = Trouble(crew=team, chance=Random(int(time.time())))  # noqa: S311  # trouble, no secret
            await trouble.make(SECONDS)
            await until(campaign.completed, "completed")
            await until(campaign.all_told, "told")
        found = await found_in(tmp_path, campaign.id, crm)

    assert of_their_own(member.child for member in team.members.values()) == []
    events = logged(tmp_path / "logs")
    told = {event: events[event] for event in TOLD}
    with capsys.disabled():
        print(f"\n  {dict(trouble.deeds)}, {len(found.attempts)} attempts, {told}")  # noqa: T201  # what really happened
    request.node.user_properties.append(("deeds", dict(trouble.deeds)))
    assert wrong(found) == []
    assert sum(trouble.deeds.values()) >= SECONDS / 10
    assert told["attempt_taken_over"] > 0 or not LARGE

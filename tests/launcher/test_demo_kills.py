"""The demo with a dozen leads over real SIP, in which one process is killed in the middle of calls: the demo's own end
checks, by what the API says and by what the far end saw."""

import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from adapters.livekit.seat import GRACE_SECONDS
from adapters.simulation.population import Answer, Manner, persona_of
from contract_tests.backends.roll import RAN, leave_out
from launcher.demo.carriers import CarrierChoice
from launcher.demo.kills import CALLS
from launcher.demo.media import LIVEKIT
from launcher.demo.scene import LATE_DNC, Staging
from launcher.demo.story import Demo, run_demo
from launcher.stack.programs import missing
from launcher.stack.versions import versions
from tests.launcher.stack import real_redis

SEED = 1
LEADS = 12
LONGEST_RING = 4.0
IN_CLOSED_HOURS = "+912261901812"
BOT = {
    "flow": {
        "start": "ask",
        "steps": [
            {
                "id": "ask",
                "say": "Hello, this is Harbour Energy. If you would like a visit, please press one.",
                "edges": [{"to": "done", "kind": "digits", "when": "1"}],
            },
            {"id": "done", "say": "Thank you. We will be there. Goodbye.", "end": "booked"},
        ],
    },
    "policy": {"silence_after": 10.0, "max_duration": 40.0},
    "safe_harbour_message": "This is Harbour Energy. Nobody is free to talk to you. Goodbye.",
}


def who_presses_one() -> Iterator[str]:
    """Numbers of people who answer soon, hear the bot out and press 1."""
    for last in range(10_000):
        number = f"+1212736{last:04}"
        persona = persona_of(number, seed=SEED, overrides={})
        presses = persona.role.answer is Answer.HUMAN and persona.role.manner in {Manner.SAYS_YES, Manner.PRESSES_KEYS}
        if presses and persona.rings < LONGEST_RING:
            yield number


def staged(folder: Path, *, concurrency: int) -> Staging:
    """Beside the dozen, some who asked not to be called after their import, and one where it is night."""
    bot, leads = folder / "bot.json", folder / "leads.csv"
    bot.write_text(json.dumps(BOT))
    *called, surveyed = islice(who_presses_one(), LATE_DNC + LEADS + 1)
    leads.write_text("\n".join(["phone", *called, IN_CLOSED_HOURS]))
    return Staging(
        campaign=bot,
        survey=bot,
        leads=leads,
        surveyed=(surveyed,),
        concurrency=concurrency,
        retry_seconds=(1, 3),
        patience=60.0,  # so that nobody is let go because a callee was bored
    )


def small(folder: Path, carrier: CarrierChoice, victim: str, *, concurrency: int, away: float = 0.0) -> Demo:
    return Demo(
        carrier=carrier,
        data=str(folder / "data"),
        seed=SEED,
        victims=(victim,),
        staging=staged(folder, concurrency=concurrency),
        kill_after=0.0,
        livekit_away=away,
    )


@pytest.fixture
def livekit() -> None:
    """The test runs with a real livekit-server, or is left out aloud."""
    real_redis()
    if lacking := missing(versions(), os.environ):
        leave_out("livekit_server", "; ".join(lacking))
    RAN.add("livekit_server")


async def test_a_call_process_that_is_killed_over_sip_costs_its_own_calls_alone(tmp_path: Path) -> None:
    assert await run_demo(small(tmp_path, CarrierChoice.SIP, CALLS, concurrency=6)) == 0


@pytest.mark.usefixtures("livekit")
async def test_calls_outlive_a_livekit_server_that_is_back_at_once(tmp_path: Path) -> None:
    """Each of them, or its result says that the line was lost."""
    assert await run_demo(small(tmp_path, CarrierChoice.LIVEKIT, LIVEKIT, concurrency=4)) == 0


@pytest.mark.usefixtures("livekit")
async def test_a_livekit_server_that_is_away_for_longer_costs_its_own_calls_alone(tmp_path: Path) -> None:
    away = GRACE_SECONDS + 3.0

    assert await run_demo(small(tmp_path, CarrierChoice.LIVEKIT, LIVEKIT, concurrency=4, away=away)) == 0

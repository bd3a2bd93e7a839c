"""Whatever becomes of a call, the Dialler stores the same outcome of it, whichever adapter has placed the call."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import pytest

from contract_tests.backends.backend import Missing
from contract_tests.backends.roll import leave_out
from domain.bots.bot import BotSpec
from domain.bots.flow import FlowGraph, Step
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy
from domain.calls.sip_outcome import outcome_of_status
from domain.campaigns.attempt import AttemptState
from domain.campaigns.campaign import AnswerPolicy
from domain.campaigns.pacing import PacingPlan
from domain.campaigns.retries import RetryPlan
from tests.dialler.world import PLAN
from tests.road.world import Road
from tests.telephone.behaviours import BEHAVIOURS, REFUSALS, RING_TIMEOUT, Behaviour
from tests.telephone.lines import LINES, Line, number_of

PATIENCE: Final = 100.0
WORDS: Final = "This is long enough for somebody to hang up on."
BOT: Final = BotSpec(flow=FlowGraph(start="only", steps=(Step(id="only", say=WORDS, end="told"),)))
ONCE: Final = replace(
    PLAN,
    pacing=PacingPlan(concurrency=60, calls_per_second=20, answer_rate=0.5),
    retries=RetryPlan(max_attempts=1, max_given_back=0, delays={}),
    answers=AnswerPolicy(ring_timeout=RING_TIMEOUT),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the documents of an attempt and of its call say in the end."""

    outcome: Outcome | None
    by: EndedBy | None
    status: int | None
    answered: bool


@pytest.mark.virtual_time
@pytest.mark.parametrize("line", [each for each in LINES if each.virtual], ids=lambda line: line.name)
async def test_the_outcome_is_the_one_of_the_table(line: Line) -> None:
    await _agree(line)


@pytest.mark.parametrize("line", [each for each in LINES if not each.virtual], ids=lambda line: line.name)
async def test_the_outcome_is_the_same_whichever_adapter_placed_the_call(line: Line) -> None:
    await _agree(line)


async def _agree(line: Line) -> None:
    try:
        found = await _stored_by(line)
    except Missing as missing:
        leave_out(line.name, str(missing))
    assert found == {each.name: _right(each, line) for each in line.behaviours}


def _right(behaviour: Behaviour, line: Line) -> Stored:
    status = line.statuses.get(behaviour.name, behaviour.status)
    return Stored(outcome=behaviour.outcome, by=behaviour.by, status=status, answered=behaviour.status is None)


async def _stored_by(line: Line) -> Mapping[str, Stored]:
    """All behaviours at once, each of one lead of a campaign; by their names."""
    async with line.open() as phones:
        road = Road(phones=phones)
        await road.furnish(BOT)
        await road.world.add_campaign(ONCE)
        await road.world.add_leads(*map(number_of, line.behaviours))
        async with road.running():
            await road.world.until(lambda: _all_settled(road, len(line.behaviours)), PATIENCE)
        stored = await _stored(road)
    return {each.name: stored[number_of(each)] for each in line.behaviours}


async def _all_settled(road: Road, count: int) -> bool:
    tried = await road.world.tried()
    return len(tried) == count and all(attempt.state is AttemptState.SETTLED for attempt in tried)


async def _stored(road: Road) -> Mapping[str, Stored]:
    stored = {}
    for attempt in await road.world.tried():
        call = await road.world.calls.get(attempt.brand, attempt.call_id)
        assert call.result is not None
        assert call.result.outcome is attempt.outcome
        stored[attempt.phone] = Stored(
            outcome=attempt.outcome,
            by=call.result.ended_by,
            status=attempt.sip_status,
            answered=attempt.answered_at is not None,
        )
    return stored


@pytest.mark.parametrize("behaviour", REFUSALS, ids=lambda each: each.name)
def test_the_table_of_outcomes_says_so_too(behaviour: Behaviour) -> None:
    status, _, reason = behaviour.name.partition(" ")

    assert outcome_of_status(int(status), reason) is behaviour.outcome


def test_no_two_behaviours_have_one_name() -> None:
    assert len({each.name for each in BEHAVIOURS}) == len(BEHAVIOURS)

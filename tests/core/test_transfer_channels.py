"""A second leg has a channel of its trunk from before its INVITE until it has ended, or is not placed at all."""

import asyncio
from dataclasses import replace

import pytest

from adapters.memory.carrier import ANSWERS, BUSY, NO_ANSWER, Callee
from domain.bots.bot import BotSpec
from domain.bots.flow import Edge, EdgeKind, FlowGraph, Step
from domain.bots.policy import Policy
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy
from domain.calls.transfer import Transfer, second_leg
from domain.ids import CallId
from ports.errors import Busy, PortError, Unavailable
from ports.messages.core import Talk
from ports.messages.results import ResultPackage
from ports.telephony import LegState
from tests.core.stage import NUMBER, Stage

CALL = CallId("call_1")
LEG = second_leg(CALL, 1)
COLLEAGUE, OTHER = "+12025550188", "+12025550177"
FAILED = Edge(to="sorry", kind=EdgeKind.EVENT, when="transfer_failed")
SORRY = Step(id="sorry", say="Sorry: {transfer_reason}.", end="sorry")
pytestmark = pytest.mark.virtual_time


def bot(sorry: Step = SORRY, *, ring_timeout: float = 20.0) -> BotSpec:
    transfer = Transfer(to=COLLEAGUE, ring_timeout=ring_timeout, talk_limit=900.0)
    first = Step(id="hand_over", say="One moment.", transfer=transfer, edges=(FAILED,))
    return BotSpec(flow=FlowGraph(start="hand_over", steps=(first, sorry)), policy=Policy(max_duration=120.0))


def stage_with(colleague: Callee, callee: Callee = ANSWERS, **more: Callee) -> Stage:
    return Stage(callees={NUMBER: callee, COLLEAGUE: colleague, **more})


async def talking(stage: Stage, spec: BotSpec) -> None:
    await stage.take_call(await stage.answered(CALL, spec=spec))
    await stage.order_call(CALL, Talk())


async def leg_is(stage: Stage, state: LegState) -> None:
    async with asyncio.timeout(30.0):
        while (await stage.telephony.find(LEG)).state is not state:
            await stage.clock.sleep(0.1)


def why(result: ResultPackage) -> str | None:
    assert result.transfer is not None
    return result.transfer.failure


async def test_it_is_held_for_as_long_as_the_two_talk_and_by_nobody_afterwards() -> None:
    async with stage_with(Callee(hangs_up_after=100.0)).running() as stage:
        await talking(stage, bot())
        await leg_is(stage, LegState.ANSWERED)
        for _ in range(9):
            await stage.clock.sleep(10.0)
            assert await stage.channels.held() == {LEG}
        assert (await stage.result(CALL)).ended_by is EndedBy.TARGET
        await stage.clock.sleep(31.0)  # where the API, which frees it when it has the result, were lost
        assert await stage.channels.held() == set()


async def test_it_is_held_for_as_long_as_it_rings() -> None:
    async with stage_with(NO_ANSWER).running() as stage:
        await talking(stage, bot(ring_timeout=60.0))
        await leg_is(stage, LegState.RINGING)
        await stage.clock.sleep(45.0)
        assert await stage.channels.held() == {LEG}
        assert why(await stage.result(CALL)) == "no_answer"
        assert await stage.channels.held() == set()


async def test_where_none_is_free_nobody_is_called_and_the_bot_is_told_at_once() -> None:
    async with stage_with(ANSWERS).running() as stage:
        stage.channels.channels = 0
        await talking(stage, bot())
        began = stage.clock.monotonic()
        result = await stage.result(CALL)

        assert why(result) == "no_channel"
        assert [turn.text for turn in result.turns] == ["One moment.", "Sorry: no_channel."]
        assert (result.outcome, result.disposition) == (Outcome.COMPLETED, "sorry")
        assert [order.call_id for order in stage.carrier.orders] == [CALL]
        assert stage.clock.monotonic() - began < 5.0


async def test_a_try_that_failed_leaves_its_channel_to_the_next_one() -> None:
    again = replace(SORRY, transfer=Transfer(to=OTHER), end=None)
    async with Stage(callees={NUMBER: ANSWERS, COLLEAGUE: BUSY, OTHER: Callee(hangs_up_after=3.0)}).running() as stage:
        stage.channels.channels = 1
        await talking(stage, bot(again))
        result = await stage.result(CALL)

        assert (result.outcome, why(result)) == (Outcome.TRANSFERRED, None)


async def test_a_callee_who_hangs_up_while_it_rings_frees_it() -> None:
    async with stage_with(NO_ANSWER, callee=Callee(answers_after=0.1, hangs_up_after=6.0)).running() as stage:
        await talking(stage, bot())
        await leg_is(stage, LegState.RINGING)
        assert await stage.channels.held() == {LEG}
        assert why(await stage.result(CALL)) == "given_up"
        assert await stage.channels.held() == set()


@pytest.mark.parametrize(("error", "word"), [(Unavailable("away"), "api_away"), (Busy("rate"), "congestion")])
async def test_without_a_word_of_the_api_nobody_is_called(error: PortError, word: str) -> None:
    async with stage_with(ANSWERS).running() as stage:
        stage.channels.failing = error
        await talking(stage, bot())
        result = await stage.result(CALL)

        assert why(result) == word
        assert [order.call_id for order in stage.carrier.orders] == [CALL]


async def test_an_api_that_is_back_soon_is_waited_for() -> None:
    async with stage_with(Callee(hangs_up_after=3.0)).running() as stage:
        stage.channels.failing = Unavailable("away")
        await talking(stage, bot())
        await stage.clock.sleep(4.0)
        stage.channels.failing = None

        assert (await stage.result(CALL)).outcome is Outcome.TRANSFERRED


async def test_an_api_that_is_lost_while_they_talk_does_not_part_them() -> None:
    async with stage_with(Callee(hangs_up_after=70.0)).running() as stage:
        await talking(stage, bot())
        await leg_is(stage, LegState.ANSWERED)
        stage.channels.failing = Unavailable("away")
        await stage.clock.sleep(45.0)
        assert await stage.channels.held() == set()
        stage.channels.failing = None
        await stage.clock.sleep(11.0)
        assert await stage.channels.held() == {LEG}

        assert (await stage.result(CALL)).ended_by is EndedBy.TARGET

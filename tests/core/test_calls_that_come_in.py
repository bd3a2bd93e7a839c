"""Calls that came in: a Core is there before it answers, and what it says to whoever is not talked to."""

import pytest

from adapters.memory.carrier import Callee
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy
from domain.calls.transcript import Speaker
from domain.ids import CallId
from ports.messages.core import End
from ports.telephony import LegKind
from tests.core.stage import Stage, said

pytestmark = pytest.mark.virtual_time

CALL = CallId("call_in_1")


async def test_a_caller_is_answered_and_talked_to() -> None:
    stage = Stage()
    async with stage.running():
        await stage.take_call(await stage.arrived(CALL, await said("Yes please.", after=4.0)))
        result = await stage.result(CALL)
    assert (result.outcome, result.disposition) == (Outcome.COMPLETED, "agreed")
    assert [turn.speaker for turn in result.turns] == [Speaker.BOT, Speaker.CALLEE, Speaker.BOT]


async def test_nobody_is_answered_before_the_core_is_there() -> None:
    stage = Stage()
    async with stage.running():
        await stage.take_call(await stage.arrived(CALL))
        async for event in stage.telephony.watch(CALL):
            if event.kind is LegKind.ANSWERED:
                break
        assert await stage.journal.unfinished() == [CALL]


async def test_a_notice_is_said_and_the_caller_was_turned_away() -> None:
    stage = Stage()
    async with stage.running():
        await stage.take_call(await stage.arrived(CALL, notice="We are closed."))
        result = await stage.result(CALL)
    assert (result.outcome, result.turns[0].text) == (Outcome.TURNED_AWAY, "We are closed.")


async def test_a_notice_takes_a_slot_that_is_kept_for_messages() -> None:
    stage = Stage(capacity=0, message_slots=1)
    async with stage.running():
        await stage.take_call(await stage.arrived(CALL, notice="All our lines are busy."))
        assert (await stage.result(CALL)).outcome is Outcome.TURNED_AWAY


async def test_a_caller_who_gave_up_is_not_lost() -> None:
    stage = Stage()
    async with stage.running():
        request = await stage.arrived(CALL, gives_up_after=0.5)
        await stage.clock.sleep(1.0)
        await stage.take_call(request)
        result = await stage.result(CALL)
    assert (result.outcome, result.ended_by) == (Outcome.NO_ANSWER, EndedBy.CALLEE)


async def test_a_call_that_is_ended_before_its_answer_is_never_answered() -> None:
    stage = Stage()
    async with stage.running():
        await stage.take_call(await stage.arrived(CALL))
        await stage.order_call(CALL, End(reason="cancelled"))
        result = await stage.result(CALL)
        kinds = [event.kind async for event in stage.telephony.watch(CALL)]
    assert result.outcome is Outcome.CANCELLED
    assert kinds == [LegKind.RINGING, LegKind.ENDED]


async def test_a_caller_who_hangs_up_ends_it() -> None:
    stage = Stage()
    async with stage.running():
        await stage.take_call(await stage.arrived(CALL, Callee(hangs_up_after=0.5)))
        result = await stage.result(CALL)
    assert (result.outcome, result.ended_by) == (Outcome.HUNG_UP, EndedBy.CALLEE)

"""A bot hands its call over: to a second leg in the room, or by REFER; and what it does when nobody takes it."""

import struct
from dataclasses import replace
from datetime import datetime

import pytest

from adapters.memory.carrier import ANSWERS, BUSY, NO_ANSWER, Callee
from adapters.memory.text_to_speech import MemoryTextToSpeech
from domain.bots.bot import BotSpec
from domain.bots.flow import Edge, EdgeKind, FlowGraph, Step
from domain.bots.policy import Policy
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy, ResultSource
from domain.calls.room import TARGET
from domain.calls.transcript import Speaker
from domain.calls.transfer import ShownCaller, Transfer, TransferHow
from domain.ids import CallId
from ports.errors import Unavailable
from ports.messages.core import End, Talk
from ports.messages.results import ResultPackage
from ports.telephony import DialOrder, HangUp, LegState
from tests.core.stage import NUMBER, OURS, TRUNK, Stage, config_of, said

CALL, LEG, NEXT_LEG = CallId("call_1"), CallId("call_1.2"), CallId("call_1.3")
COLLEAGUE = "+12025550188"
FAILED = Edge(to="sorry", kind=EdgeKind.EVENT, when="transfer_failed")
SORRY = Step(id="sorry", say="Nobody is free: {transfer_reason}.", end="sorry")
pytestmark = pytest.mark.virtual_time


def bot(*steps: Step, how: TransferHow = TransferHow.DIAL, caller: ShownCaller = ShownCaller.OURS) -> BotSpec:
    """Says one sentence, and transfers the call to a colleague."""
    transfer = Transfer(to="{desk|+12025550188}", how=how, ring_timeout=20.0, talk_limit=900.0, caller=caller)
    first = Step(id="hand_over", say="One moment.", transfer=transfer, edges=(FAILED,) if steps else ())
    return BotSpec(
        flow=FlowGraph(start="hand_over", steps=(first, *steps)),
        variables=("desk",),
        policy=Policy(max_duration=60.0, goodbye_say="So long."),
    )


async def talking(stage: Stage, spec: BotSpec) -> None:
    await stage.take_call(await stage.answered(CALL, spec=spec))
    await stage.order_call(CALL, Talk())


async def until_taken(stage: Stage, leg: CallId = LEG) -> None:
    while (await stage.telephony.find(leg)).state is not LegState.ANSWERED:
        await stage.clock.sleep(0.1)
    await stage.clock.sleep(0.1)


async def both_are_gone(stage: Stage) -> bool:
    return {(await stage.telephony.find(leg)).state for leg in (CALL, LEG)} == {LegState.ENDED}


async def ended_at(stage: Stage, leg_id: CallId) -> datetime:
    leg = await stage.telephony.find(leg_id)
    assert leg.end is not None
    return leg.end.at


def tried(result: ResultPackage) -> tuple[str, TransferHow, str | None]:
    assert result.transfer is not None
    return result.transfer.to, result.transfer.how, result.transfer.failure


async def spoken(result: ResultPackage, stage: Stage) -> tuple[bytes, bytes]:
    """The recording's left and right side."""
    assert result.recording is not None
    wav = b"".join([chunk async for chunk in stage.objects.read(result.recording.key)])
    samples = struct.unpack(f"<{(len(wav) - 44) // 2}h", wav[44:])
    return tuple(struct.pack(f"<{len(side)}h", *side) for side in (samples[::2], samples[1::2]))  # type: ignore[return-value]


async def test_a_call_is_taken_over_and_lasts_until_its_callee_hangs_up() -> None:
    callee = Callee(answers_after=0.1, hangs_up_after=100.0)
    async with Stage(callees={NUMBER: callee, COLLEAGUE: ANSWERS}).running() as stage:
        await talking(stage, bot())
        await until_taken(stage)
        began = stage.clock.monotonic()
        result = await stage.result(CALL)

        assert stage.carrier.orders[1] == DialOrder(
            call_id=LEG,
            brand=result.brand,
            room=CALL,
            trunk_id=TRUNK,
            to=COLLEAGUE,
            caller_number=OURS,
            ring_timeout=20.0,
            max_duration=900.0,
            party=TARGET,
        )
        assert stage.clock.monotonic() - began > 60.0  # the bot's own limit is no limit of theirs
        assert (result.outcome, result.ended_by) == (Outcome.TRANSFERRED, EndedBy.CALLEE)
        assert tried(result) == (COLLEAGUE, TransferHow.DIAL, None)
        assert [turn.text for turn in result.turns] == ["One moment."]
        assert await both_are_gone(stage)


async def test_whoever_took_the_call_ends_it_and_the_callee_is_not_left_alone() -> None:
    colleague = Callee(answers_after=1.0, hangs_up_after=7.0)
    async with Stage(callees={NUMBER: ANSWERS, COLLEAGUE: colleague}).running() as stage:
        await talking(stage, bot())
        result = await stage.result(CALL)

        assert (result.outcome, result.ended_by) == (Outcome.TRANSFERRED, EndedBy.TARGET)
        assert result.transfer is not None
        target_left, callee_left = await ended_at(stage, LEG), await ended_at(stage, CALL)
        assert 0.0 <= (callee_left - target_left).total_seconds() <= 1.0
        assert 6.5 < (result.ended_at - result.transfer.at).total_seconds() < 7.5


async def test_the_two_hear_one_another_and_the_recording_has_them_both() -> None:
    words = [frame async for frame in MemoryTextToSpeech().speak("Hello this is the desk", voice="en-us")]
    colleague = Callee(answers_after=1.0, says=tuple(words), hangs_up_after=1.0)
    async with Stage(callees={NUMBER: Callee(answers_after=0.1, echoes=True), COLLEAGUE: colleague}).running() as stage:
        await talking(stage, bot())
        left, right = await spoken(await stage.result(CALL), stage)

    said_at = b"".join(frame.pcm for frame in words)
    assert said_at in right
    assert said_at[: len(said_at) // 2] in left  # what came back was heard by the callee first


@pytest.mark.parametrize(("colleague", "reason"), [(BUSY, "sip_486"), (NO_ANSWER, "no_answer")])
async def test_nobody_takes_it_and_the_bot_goes_on_with_the_reason(colleague: Callee, reason: str) -> None:
    async with Stage(callees={NUMBER: ANSWERS, COLLEAGUE: colleague}).running() as stage:
        await talking(stage, bot(SORRY))
        result = await stage.result(CALL)

        assert (result.outcome, result.ended_by, result.disposition) == (Outcome.COMPLETED, EndedBy.BOT, "sorry")
        assert [turn.text for turn in result.turns] == ["One moment.", f"Nobody is free: {reason}."]
        assert tried(result) == (COLLEAGUE, TransferHow.DIAL, reason)
        assert result.collected == {}
        assert await both_are_gone(stage)


async def test_a_bot_that_does_not_know_what_then_takes_its_leave() -> None:
    async with Stage(callees={NUMBER: ANSWERS, COLLEAGUE: BUSY}).running() as stage:
        await talking(stage, bot())
        result = await stage.result(CALL)

        assert [turn.text for turn in result.turns] == ["One moment.", "So long."]
        assert (result.outcome, result.disposition) == (Outcome.COMPLETED, "not_transferred")


async def test_another_number_is_tried_when_the_first_one_is_busy() -> None:
    other = "+12025550177"
    again = Step(id="sorry", say="I try another one.", transfer=Transfer(to=other))
    async with Stage(callees={NUMBER: ANSWERS, COLLEAGUE: BUSY, other: Callee(hangs_up_after=3.0)}).running() as stage:
        await talking(stage, bot(again))
        result = await stage.result(CALL)

        assert (result.outcome, tried(result)) == (Outcome.TRANSFERRED, (other, TransferHow.DIAL, None))
        assert [order.call_id for order in stage.carrier.orders] == [CALL, LEG, NEXT_LEG]


async def test_the_callee_is_heard_but_not_answered_while_it_rings() -> None:
    async with Stage(callees={NUMBER: await said("are you there", after=4.0), COLLEAGUE: NO_ANSWER}).running() as stage:
        await talking(stage, bot(SORRY))
        result = await stage.result(CALL)

        assert [(turn.speaker, turn.text) for turn in result.turns] == [
            (Speaker.BOT, "One moment."),
            (Speaker.CALLEE, "are you there"),
            (Speaker.BOT, "Nobody is free: no_answer."),
        ]


async def test_a_callee_who_hangs_up_while_it_rings_stops_the_ringing() -> None:
    callee = Callee(answers_after=0.1, hangs_up_after=6.0)
    async with Stage(callees={NUMBER: callee, COLLEAGUE: NO_ANSWER}).running() as stage:
        await talking(stage, bot())
        result = await stage.result(CALL, within=15.0)

        assert (result.outcome, result.ended_by) == (Outcome.HUNG_UP, EndedBy.CALLEE)
        assert tried(result) == (COLLEAGUE, TransferHow.DIAL, "given_up")
        leg = await stage.telephony.find(LEG)
        assert (leg.state, leg.end and leg.end.by, leg.end and leg.end.status) == (LegState.ENDED, HangUp.US, 487)


async def test_an_operator_ends_it_while_it_rings_and_after_it_was_taken() -> None:
    async with Stage(callees={NUMBER: ANSWERS, COLLEAGUE: NO_ANSWER}).running() as stage:
        await talking(stage, bot())
        await stage.clock.sleep(6.0)
        await stage.order_call(CALL, End())
        result = await stage.result(CALL, within=5.0)
        assert (result.outcome, result.ended_by) == (Outcome.COMPLETED, EndedBy.OPERATOR)
        assert await both_are_gone(stage)

    async with Stage(callees={NUMBER: ANSWERS, COLLEAGUE: ANSWERS}).running() as stage:
        await talking(stage, bot())
        await until_taken(stage)
        await stage.order_call(CALL, End())
        result = await stage.result(CALL, within=5.0)
        assert (result.outcome, result.ended_by) == (Outcome.TRANSFERRED, EndedBy.OPERATOR)
        assert await both_are_gone(stage)


async def test_the_two_may_talk_as_long_as_the_transfer_says() -> None:
    async with Stage(callees={NUMBER: ANSWERS, COLLEAGUE: ANSWERS}).running() as stage:
        stage.configs.offer(config_of(CALL, bot()))
        await talking(stage, bot())
        await until_taken(stage)
        result = await stage.result(CALL, within=2000.0)

        assert (result.outcome, result.ended_by) == (Outcome.TRANSFERRED, EndedBy.SYSTEM)
        assert await both_are_gone(stage)


async def test_a_room_that_is_lost_while_they_talk_ends_the_call() -> None:
    async with Stage(callees={NUMBER: ANSWERS, COLLEAGUE: ANSWERS}).running() as stage:
        await talking(stage, bot())
        await until_taken(stage)
        await stage.rooms.close(CALL)
        result = await stage.result(CALL, within=5.0)

        assert (result.outcome, result.ended_by) == (Outcome.TRANSFERRED, EndedBy.SYSTEM)


async def test_a_second_leg_may_show_the_callees_number() -> None:
    async with Stage(callees={NUMBER: ANSWERS, COLLEAGUE: BUSY}).running() as stage:
        await talking(stage, bot(caller=ShownCaller.CALLEE))
        await stage.result(CALL)

        assert stage.carrier.orders[1].caller_number == NUMBER


async def test_nobody_is_called_where_it_is_not_known_whom_or_by_which_trunk() -> None:
    async with Stage(callees={NUMBER: ANSWERS, COLLEAGUE: ANSWERS}).running() as stage:
        request = await stage.answered(CALL, spec=bot(SORRY))
        stage.configs.offer(replace(config_of(CALL, bot(SORRY)), variables={"desk": "the desk"}))
        await stage.take_call(request)
        await stage.order_call(CALL, Talk())
        assert tried(await stage.result(CALL))[2] == "number"

        other = CallId("call_2")
        request = await stage.answered(other, spec=bot(SORRY))
        stage.configs.offer(replace(config_of(other, bot(SORRY)), trunk_id=None))
        await stage.take_call(request)
        await stage.order_call(other, Talk())
        assert tried(await stage.result(other))[2] == "trunk"


async def test_a_callee_is_referred_and_the_call_is_theirs() -> None:
    async with Stage(callees={NUMBER: ANSWERS, COLLEAGUE: ANSWERS}).running() as stage:
        await talking(stage, bot(how=TransferHow.REFER))
        result = await stage.result(CALL)

        assert (result.outcome, result.ended_by) == (Outcome.TRANSFERRED, EndedBy.BOT)
        assert tried(result) == (COLLEAGUE, TransferHow.REFER, None)
        leg = await stage.telephony.find(CALL)
        assert leg.end is not None
        assert leg.end.reason == "referred"


@pytest.mark.parametrize(
    ("callee", "colleague", "reason"),
    [
        (ANSWERS, BUSY, "sip_486"),
        (ANSWERS, Callee(status=480), "no_answer"),
        (Callee(refers=False), ANSWERS, "not_offered"),
    ],
)
async def test_a_refer_that_is_refused_comes_back_with_its_reason(
    callee: Callee, colleague: Callee, reason: str
) -> None:
    async with Stage(callees={NUMBER: callee, COLLEAGUE: colleague}).running() as stage:
        await talking(stage, bot(SORRY, how=TransferHow.REFER))
        result = await stage.result(CALL)

        assert result.turns[-1].text == f"Nobody is free: {reason}."
        assert (result.outcome, tried(result)) == (Outcome.COMPLETED, (COLLEAGUE, TransferHow.REFER, reason))


async def test_a_callee_who_hangs_up_instead_of_going_over_was_not_transferred() -> None:
    callee = Callee(answers_after=0.1, hangs_up_after=3.0)
    async with Stage(callees={NUMBER: callee, COLLEAGUE: Callee(answers_after=2.5)}).running() as stage:
        await talking(stage, bot(how=TransferHow.REFER))
        result = await stage.result(CALL)

        assert (result.outcome, result.ended_by) == (Outcome.HUNG_UP, EndedBy.CALLEE)
        assert result.transfer is not None
        assert result.transfer.failure is not None


async def test_an_api_that_is_away_does_not_keep_two_people_from_talking() -> None:
    async with Stage(callees={NUMBER: ANSWERS, COLLEAGUE: Callee(hangs_up_after=5.0)}).running() as stage:
        request = await stage.answered(CALL, spec=bot())
        stage.sink.failing = Unavailable("away")
        await stage.take_call(request)
        await stage.order_call(CALL, Talk())
        await until_taken(stage)
        stage.sink.failing = None

        assert (await stage.result(CALL)).outcome is Outcome.TRANSFERRED


async def test_a_core_that_is_lost_while_they_talk_was_transferred_all_the_same() -> None:
    stage = Stage(callees={NUMBER: ANSWERS, COLLEAGUE: ANSWERS})
    async with stage.telephony.running():
        async with stage.node.running():
            await talking(stage, bot())
            await until_taken(stage)
        assert await stage.journal.unfinished() == [CALL]

        async with stage.node.running():
            result = await stage.result(CALL)

        assert (result.outcome, result.source, result.detail) == (
            Outcome.TRANSFERRED,
            ResultSource.JOURNAL,
            "core_lost",
        )
        assert await both_are_gone(stage)

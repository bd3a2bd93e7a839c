"""A call's whole life in a Core: from the request to the result that the API gets."""

import asyncio
import struct
from dataclasses import replace

import pytest

from adapters.memory.carrier import ANSWERS, BUSY, CONGESTED, NO_ANSWER, Callee
from adapters.memory.result_sink import MemoryResultSink
from domain.bots.policy import Policy
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy, ResultSource
from domain.calls.transcript import Speaker
from domain.ids import CallId
from ports.errors import Busy, NotFound, Refused, Unavailable
from ports.messages.calls import CallNews, CoreJoined, LegMoved, LegProgress, TurnHeard
from ports.messages.core import End, LeaveMessage, SafeHarbour, Talk
from ports.rooms import RETURNS
from ports.telephony import LegState
from tests.core.stage import NUMBER, SERVER, SPEC, Stage, config_of, dial_of, said

CALL = CallId("call_1")
pytestmark = pytest.mark.virtual_time


async def test_a_talk_to_its_end_is_completed_with_turns_answers_and_recording() -> None:
    async with Stage(callees={NUMBER: await said("yes please", after=3.0)}).running() as stage:
        await stage.take_call(await stage.answered(CALL))
        await stage.order_call(CALL, Talk())
        result = await stage.result(CALL)

        assert (result.outcome, result.ended_by, result.source) == (
            Outcome.COMPLETED,
            EndedBy.BOT,
            ResultSource.CORE,
        )
        assert [turn.text for turn in result.turns] == ["Do you want it?", "yes please", "Goodbye."]
        assert [turn.speaker for turn in result.turns] == [Speaker.BOT, Speaker.CALLEE, Speaker.BOT]
        assert dict(result.collected) == {"wish": "yes please"}
        assert result.disposition == "agreed"
        assert result.server == SERVER
        assert result.recording is not None
        stored = await stage.objects.stat(result.recording.key)
        assert (stored.size, stored.sha256) == (result.recording.size, result.recording.sha256)
        assert stored.size == 44 + round(result.recording.seconds * 16_000) * 4


async def test_the_leg_has_ended_and_nothing_is_left_behind_after_a_call() -> None:
    async with Stage(callees={NUMBER: await said("yes", after=3.0)}).running() as stage:
        await stage.take_call(await stage.answered(CALL))
        await stage.order_call(CALL, Talk())
        await stage.result(CALL)
        await stage.clock.sleep(0.1)

        assert (await stage.telephony.find(CALL)).state is LegState.ENDED
        assert await stage.journal.unfinished() == []
        assert await stage.outbox.waiting() == 0
        assert (await stage.report_health()).live == 0
        with pytest.raises(NotFound):
            await stage.order_call(CALL, Talk())


async def test_the_recording_has_the_callee_left_and_the_bot_right_where_they_spoke() -> None:
    async with Stage(callees={NUMBER: await said("yes", after=3.0)}).running() as stage:
        await stage.take_call(await stage.answered(CALL))
        await stage.order_call(CALL, Talk())
        result = await stage.result(CALL)
        assert result.recording is not None
        wav = b"".join([chunk async for chunk in stage.objects.read(result.recording.key)])

        channels, rate = struct.unpack_from("<HI", wav, 22)
        assert (channels, rate) == (2, 16_000)
        for turn in result.turns:
            middle = 44 + round((turn.start + turn.end) / 2 * 16_000) * 4
            window = wav[middle : middle + 640]
            left, right = (b"".join(window[i : i + 2] for i in range(at, len(window), 4)) for at in (0, 2))
            speaks, listens = (left, right) if turn.speaker is Speaker.CALLEE else (right, left)
            assert any(speaks)
            assert not any(listens)


async def test_a_callee_who_hangs_up_midway_has_hung_up() -> None:
    async with Stage(callees={NUMBER: Callee(answers_after=0.1, hangs_up_after=2.5)}).running() as stage:
        await stage.take_call(await stage.answered(CALL))
        await stage.order_call(CALL, Talk())

        result = await stage.result(CALL)

        assert (result.outcome, result.ended_by) == (Outcome.HUNG_UP, EndedBy.CALLEE)
        assert result.turns[0].speaker is Speaker.BOT


async def test_a_room_that_is_gone_without_the_callee_having_left_is_a_lost_line() -> None:
    async with Stage(callees={NUMBER: ANSWERS}).running() as stage:
        await stage.take_call(await stage.answered(CALL))
        await stage.order_call(CALL, Talk())
        await stage.clock.sleep(2.0)

        await stage.rooms.close(CALL)

        result = await stage.result(CALL)
        assert (result.outcome, result.ended_by) == (Outcome.LINE_LOST, EndedBy.SYSTEM)


async def test_a_phone_that_comes_back_after_its_line_was_lost_is_not_left_alone() -> None:
    """As those of a media server do that was killed: each makes its room anew, when it finds the way."""
    async with Stage(callees={NUMBER: ANSWERS}).running() as stage:
        await stage.take_call(await stage.answered(CALL))
        await stage.order_call(CALL, Talk())
        await stage.clock.sleep(2.0)
        await stage.rooms.close(CALL)
        await stage.result(CALL)

        await stage.rooms.open(CALL)

        await stage.clock.sleep(sum(RETURNS) + 1.0)
        assert len(stage.rooms) == 0


async def test_a_wish_not_to_be_called_again_is_the_outcome_even_when_nobody_stays_to_hear_the_answer() -> None:
    callee = await said("please do not call me again", after=2.0)
    async with Stage(callees={NUMBER: Callee(answers_after=0.1, says=callee.says, hangs_up_after=0.6)}).running() as s:
        await s.take_call(await s.answered(CALL))
        await s.order_call(CALL, Talk())

        assert (await s.result(CALL)).outcome is Outcome.OPTED_OUT


@pytest.mark.parametrize(
    ("order", "outcome", "words"),
    [
        (LeaveMessage(), Outcome.VOICEMAIL_LEFT, "Please call back."),
        (SafeHarbour(), Outcome.ABANDONED, "We will try again."),
    ],
)
async def test_a_message_is_spoken_to_its_end(order: LeaveMessage | SafeHarbour, outcome: Outcome, words: str) -> None:
    async with Stage(callees={NUMBER: ANSWERS}).running() as stage:
        await stage.take_call(await stage.answered(CALL))
        await stage.order_call(CALL, order)

        result = await stage.result(CALL)

        assert (result.outcome, result.ended_by) == (outcome, EndedBy.BOT)
        assert [turn.text for turn in result.turns] == [words]


@pytest.mark.parametrize(
    ("reason", "outcome", "by"),
    [
        ("machine", Outcome.MACHINE, EndedBy.SYSTEM),
        ("silence", Outcome.SILENT, EndedBy.SYSTEM),
        ("abandoned", Outcome.ABANDONED, EndedBy.SYSTEM),
        ("cancelled", Outcome.CANCELLED, EndedBy.OPERATOR),
        ("ordered", Outcome.CANCELLED, EndedBy.OPERATOR),
    ],
)
async def test_an_order_to_end_says_what_the_outcome_is(reason: str, outcome: Outcome, by: EndedBy) -> None:
    async with Stage(callees={NUMBER: ANSWERS}).running() as stage:
        await stage.take_call(await stage.answered(CALL))
        await stage.clock.sleep(1.0)
        await stage.order_call(CALL, End(reason=reason))

        result = await stage.result(CALL)

        assert (result.outcome, result.ended_by) == (outcome, by)


async def test_a_call_that_nobody_gives_an_order_is_ended_after_a_minute() -> None:
    async with Stage(callees={NUMBER: ANSWERS}).running() as stage:
        await stage.take_call(await stage.answered(CALL))
        await stage.clock.sleep(59.0)
        assert (await stage.report_health()).live == 1

        result = await stage.result(CALL)

        assert (result.outcome, result.detail) == (Outcome.ABANDONED, "no_orders")


async def test_a_call_ends_at_the_bots_limit() -> None:
    short = replace(SPEC, policy=Policy(max_duration=5.0, silence_after=60.0))
    async with Stage(callees={NUMBER: ANSWERS}).running() as stage:
        await stage.take_call(await stage.answered(CALL, spec=short))
        await stage.order_call(CALL, Talk())

        result = await stage.result(CALL)

        assert (result.outcome, result.ended_by) == (Outcome.MAX_DURATION, EndedBy.SYSTEM)


async def test_the_api_hears_of_the_core_and_of_each_turn_while_the_call_is_live() -> None:
    async with Stage(callees={NUMBER: await said("yes", after=3.0)}).running() as stage:
        await stage.take_call(await stage.answered(CALL))
        await stage.order_call(CALL, Talk())
        await stage.result(CALL)

        assert stage.sink.news[0] == (CALL, CoreJoined(server_id=SERVER))
        heard = [news.turn.text for _, news in stage.sink.news[1:] if isinstance(news, TurnHeard)]
        assert heard[:2] == ["Do you want it?", "yes"]


async def test_an_api_that_is_away_neither_stops_nor_slows_a_call() -> None:
    async with Stage(callees={NUMBER: await said("yes", after=3.0)}).running() as stage:
        request = await stage.answered(CALL)
        stage.sink.failing = Unavailable("away")
        began = stage.clock.monotonic()
        await stage.take_call(request)
        await stage.order_call(CALL, Talk())
        await stage.calls.idle()
        assert stage.clock.monotonic() - began < 10.0

        stage.sink.failing = None

        assert (await stage.result(CALL)).outcome is Outcome.COMPLETED


async def test_a_dialled_call_talks_as_soon_as_it_is_answered() -> None:
    async with Stage(callees={NUMBER: await said("yes", after=3.0)}).running() as stage:
        stage.configs.offer(config_of(CALL))
        await stage.take_call(dial_of(CALL))

        result = await stage.result(CALL)

        assert result.outcome is Outcome.COMPLETED
        assert result.turns[0].start < 0.3
        assert result.answered_at is not None


@pytest.mark.parametrize(
    ("callee", "outcome", "status"),
    [
        (BUSY, Outcome.BUSY, 486),
        (NO_ANSWER, Outcome.NO_ANSWER, 408),
        (CONGESTED, Outcome.CONGESTION, 503),
    ],
)
async def test_a_dialled_call_that_is_not_answered_has_the_outcome_of_its_status(
    callee: Callee, outcome: Outcome, status: int
) -> None:
    async with Stage(callees={NUMBER: callee}).running() as stage:
        stage.configs.offer(config_of(CALL))
        await stage.take_call(dial_of(CALL))

        result = await stage.result(CALL)

        assert (result.outcome, result.sip_status) == (outcome, status)
        assert (result.answered_at, result.recording, result.turns) == (None, None, ())


async def test_a_dialled_call_can_be_cancelled_while_it_rings() -> None:
    async with Stage(callees={NUMBER: NO_ANSWER}).running() as stage:
        stage.configs.offer(config_of(CALL))
        await stage.take_call(dial_of(CALL))
        await stage.clock.sleep(2.0)
        await stage.order_call(CALL, End())

        assert (await stage.result(CALL, within=5.0)).outcome is Outcome.CANCELLED
        assert (await stage.telephony.find(CALL)).state is LegState.ENDED


async def test_a_number_that_cannot_be_dialled_is_a_fault_of_the_trunk() -> None:
    async with Stage().running() as stage:
        stage.configs.offer(config_of(CALL))
        await stage.take_call(dial_of(CALL, to="nobody"))

        assert (await stage.result(CALL)).outcome is Outcome.TRUNK_FAULT


async def test_a_config_is_waited_for_while_the_api_is_away_but_not_for_ever() -> None:
    async with Stage(callees={NUMBER: await said("yes", after=4.0)}).running() as stage:
        request = await stage.answered(CALL)
        stage.configs.failures[CALL] = Unavailable("away")
        await stage.take_call(request)
        await stage.order_call(CALL, Talk())
        await stage.clock.sleep(1.0)
        del stage.configs.failures[CALL]
        assert (await stage.result(CALL)).outcome is Outcome.COMPLETED

        other = CallId("call_2")
        request = await stage.answered(other)
        stage.configs.failures[other] = Unavailable("away")
        await stage.take_call(request)
        result = await stage.result(other, within=3.0)
        assert (result.outcome, result.detail) == (Outcome.FAILED, "no_config")


async def test_a_bot_that_may_not_talk_fails_the_call_with_the_reason() -> None:
    async with Stage(callees={NUMBER: ANSWERS}).running() as stage:
        request = await stage.answered(CALL)
        stage.configs.failures[CALL] = Refused("archived", reason="archived")
        await stage.take_call(request)

        result = await stage.result(CALL)

        assert (result.outcome, result.detail) == (Outcome.FAILED, "archived")
        assert (await stage.telephony.find(CALL)).state is LegState.ENDED


async def test_a_spent_ticket_fails_its_call_and_no_other() -> None:
    other = CallId("call_2")
    async with Stage(callees={NUMBER: await said("yes", after=3.0)}).running() as stage:
        spent = await stage.answered(CALL)
        await stage.links.join(spent.invitation)
        await stage.take_call(spent)
        await stage.take_call(await stage.answered(other))
        await stage.order_call(other, Talk())

        assert (await stage.result(CALL)).outcome is Outcome.FAILED
        assert (await stage.result(other)).outcome is Outcome.COMPLETED


async def test_asking_twice_for_a_call_is_one_call_even_when_it_is_over() -> None:
    async with Stage(callees={NUMBER: BUSY}).running() as stage:
        stage.configs.offer(config_of(CALL))
        first = await stage.take_call(dial_of(CALL))
        second = await stage.take_call(dial_of(CALL))
        await stage.result(CALL)
        third = await stage.take_call(dial_of(CALL))
        await stage.clock.sleep(5.0)

        assert first == second == third
        assert len(stage.carrier.orders) == 1


async def test_slots_for_messages_are_beyond_the_capacity_and_for_nothing_else() -> None:
    async with Stage(callees={NUMBER: ANSWERS}, capacity=1, message_slots=1).running() as stage:
        ids = [CallId(f"call_{n}") for n in range(4)]
        await stage.take_call(await stage.answered(ids[0]))
        with pytest.raises(Busy):
            await stage.take_call(await stage.answered(ids[1]))
        await stage.take_call(await stage.answered(ids[2], message_only=True))
        with pytest.raises(Busy):
            await stage.take_call(await stage.answered(ids[3], message_only=True))

        health = await stage.report_health()
        assert (health.capacity, health.live) == (1, 2)


async def test_many_calls_at_once_each_get_their_own_result() -> None:
    async with Stage(callees={NUMBER: await said("yes", after=3.0)}, capacity=30).running() as stage:
        ids = [CallId(f"call_{n}") for n in range(30)]
        for call_id in ids:
            await stage.take_call(await stage.answered(call_id))
            await stage.order_call(call_id, Talk())
        results = [await stage.result(call_id) for call_id in ids]

        assert {result.outcome for result in results} == {Outcome.COMPLETED}
        assert [result.call_id for result in results] == ids


class SlowSink(MemoryResultSink):
    """Hears of news so many seconds after they were sent."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def tell(self, call_id: CallId, news: CallNews) -> None:
        await asyncio.sleep(self._seconds)
        await super().tell(call_id, news)


@pytest.mark.parametrize("takes", [0.0, 1.0])
async def test_of_a_dialled_call_it_is_told_in_order_that_it_rings_was_answered_and_has_a_core(takes: float) -> None:
    """Also where it is answered before anybody has heard that it rings."""
    stage = Stage(callees={NUMBER: await said("Yes.", after=4.0)}, sink=SlowSink(takes))
    async with stage.running():
        stage.configs.offer(config_of(CALL))
        await stage.take_call(dial_of(CALL))
        await stage.result(CALL)
    told = [news for _, news in stage.sink.news if not isinstance(news, TurnHeard)]
    assert told == [
        LegMoved(progress=LegProgress.RINGING),
        LegMoved(progress=LegProgress.ANSWERED),
        CoreJoined(server_id=SERVER),
    ]

"""What every engine promises of a conversation, in real time and with real frames."""

import asyncio
from dataclasses import replace

from contract_tests.line import ROOM, config_of, line
from domain.bots.bot import BotSpec
from domain.bots.flow import Edge, EdgeKind, FlowGraph, Step
from domain.bots.policy import Policy
from domain.calls.result import EndedBy
from domain.calls.transcript import Speaker
from domain.calls.transfer import Transfer, TransferHow
from ports.conversation import (
    Conversation,
    Ended,
    Faltered,
    Learned,
    MessageLeft,
    TransferAsked,
    TransferFailed,
    TurnTaken,
)
from ports.messages.core import End, LeaveMessage, SafeHarbour, Talk

POLICY = Policy(opt_out_say="Sorry. Bye.", goodbye_say="So long.", silence_prompts=("Hm?",))

ROUGHLY = 0.05
"""Seconds by which an engine may misplace a turn."""

YES = Edge(to="yes", kind=EdgeKind.EXPRESSION, when='says("yes")')
STOP = Edge(to="no", kind=EdgeKind.EXPRESSION, when='says("stop", "no")')
ONE = Edge(to="yes", kind=EdgeKind.DIGITS, when="1")
ENDS = (Step(id="yes", say="Fine.", end="agreed"), Step(id="no", say="Oh.", end="declined"))


DESK = Transfer(to="+1202555{extension|0100}", how=TransferHow.REFER)
ASIDE = Edge(to="yes", kind=EdgeKind.EXPRESSION, when='transfer_reason == "sip_486"')
FAILED = Edge(to="no", kind=EdgeKind.EVENT, when="transfer_failed")


def handing_over(*edges: Edge, say: str = "One moment.", policy: Policy = POLICY) -> BotSpec:
    step = Step(id="desk", say=say, transfer=DESK, edges=edges)
    return BotSpec(flow=FlowGraph(start="desk", steps=(step, *ENDS)), policy=policy)


def flow(say: str, *edges: Edge, policy: Policy = POLICY, collect: str | None = None) -> BotSpec:
    ask = Step(id="ask", say=say, edges=edges or (YES, STOP), collect=collect)
    return BotSpec(flow=FlowGraph(start="ask", steps=(ask, *ENDS)), policy=policy)


async def test_a_session_listens_and_says_nothing_before_it_is_told_to_talk(conversation: Conversation) -> None:
    async with line(conversation, config_of(flow("Hi?"))) as call:
        await call.callee.say("hello there")
        turns = await call.until_turns(1)

        assert [(turn.speaker, turn.text) for turn in turns] == [(Speaker.CALLEE, "hello there")]
        assert call.callee.heard == 0


async def test_a_flow_goes_where_the_callee_leads_it(conversation: Conversation) -> None:
    async with line(conversation, config_of(flow("Hi {name|you}?", YES), {"name": "Ann"})) as call:
        await call.session.order(Talk())
        await call.until_turns(1)
        await call.callee.say("oh yes")
        ended = await call.until_over()

        assert ended == Ended(by=EndedBy.BOT, disposition="agreed")
        assert call.texts(Speaker.BOT) == ["Hi Ann?", "Fine."]
        assert call.texts(Speaker.CALLEE) == ["oh yes"]
        assert [turn.step for turn in call.turns] == ["ask", "ask", "yes"]


async def test_turns_have_their_place_in_time_and_the_bots_answer_its_latency(conversation: Conversation) -> None:
    async with line(conversation, config_of(flow("Hi?", YES))) as call:
        await call.session.order(Talk())
        await call.until_turns(1)
        await call.callee.say("yes")
        await call.until_over()

        asked, said, answered = call.turns
        assert asked.start < asked.end < said.start + ROUGHLY
        assert said.start < said.end < answered.start < answered.end
        assert asked.latency is None
        assert answered.latency is not None
        assert abs(answered.latency - (answered.start - said.end)) < ROUGHLY
        assert answered.latency < 2.0
        assert [word.text for word in answered.words] == ["Fine."]


async def test_speaking_into_the_bots_turn_cuts_it_and_only_spoken_words_are_told(conversation: Conversation) -> None:
    long = "One two three four five six seven eight nine ten eleven twelve."
    async with line(conversation, config_of(flow(long))) as call:
        await call.session.order(Talk())
        await call.callee.hears_the_bot()
        await call.callee.say("no please stop")
        await call.until_over()

        cut, said, answer = call.turns
        assert (cut.speaker, cut.interrupted) == (Speaker.BOT, True)
        assert cut.text
        assert long.startswith(cut.text)
        assert len(cut.text) < len(long) / 2
        assert cut.end < said.end
        assert (said.text, answer.text, answer.interrupted) == ("no please stop", "Oh.", False)


async def test_a_bot_that_may_not_be_interrupted_speaks_to_its_end_and_then_answers(conversation: Conversation) -> None:
    policy = Policy(interruptible=False)
    async with line(conversation, config_of(flow("One two three four five six?", policy=policy))) as call:
        await call.session.order(Talk())
        await call.callee.hears_the_bot()
        await call.callee.say("stop")
        await call.until_over()

        asked, said, answer = call.turns
        assert (asked.text, asked.interrupted) == ("One two three four five six?", False)
        assert (said.text, answer.text) == ("stop", "Oh.")
        assert said.start < asked.end


async def test_silence_is_prompted_and_then_ends_the_call(conversation: Conversation) -> None:
    policy = Policy(silence_after=1.0, silence_prompts=("Hm?",), goodbye_say="So long.")
    async with line(conversation, config_of(flow("Hi?", policy=policy))) as call:
        await call.session.order(Talk())
        ended = await call.until_over()

        assert call.texts(Speaker.BOT) == ["Hi?", "Hm?", "So long."]
        assert ended == Ended(by=EndedBy.BOT, disposition="nothing_heard")
        assert 0.9 < call.turns[1].start - call.turns[0].end < 1.5


async def test_a_key_is_taken_at_once_while_the_bot_speaks(conversation: Conversation) -> None:
    async with line(conversation, config_of(flow("Press one for yes, or wait for someone.", ONE))) as call:
        await call.session.order(Talk())
        await call.callee.hears_the_bot()
        await call.callee.link.press("7")
        await call.callee.link.press("1")
        ended = await call.until_over()

        assert ended.disposition == "agreed"
        assert call.turns[-1].text == "Fine."


async def test_an_answer_that_a_step_collects_is_told_after_its_turn(conversation: Conversation) -> None:
    async with line(conversation, config_of(flow("Hi?", YES, collect="mood"))) as call:
        await call.session.order(Talk())
        await call.until_turns(1)
        await call.callee.say("yes fine")
        await call.until_over()

        kinds = [type(event) for event in call.told]
        assert kinds == [TurnTaken, TurnTaken, Learned, TurnTaken, Ended]
        assert call.all_told(Learned) == [Learned(name="mood", value="yes fine")]


async def test_the_longest_duration_ends_the_call_in_the_middle_of_a_word(conversation: Conversation) -> None:
    policy = Policy(max_duration=1.2)
    async with line(conversation, config_of(flow("One two three four five six seven eight.", policy=policy))) as call:
        await call.session.order(Talk())
        ended = await call.until_over()

        assert ended == Ended(by=EndedBy.SYSTEM, timed_out=True)
        assert call.turns[0].interrupted


async def test_a_call_that_nobody_gives_orders_for_ends_too(conversation: Conversation) -> None:
    async with line(conversation, config_of(flow("Hi?", policy=Policy(max_duration=0.5)))) as call:
        assert (await call.until_over()).timed_out
        assert call.callee.heard == 0


async def test_a_message_is_left_to_its_end_whatever_is_heard(conversation: Conversation) -> None:
    spec = BotSpec(flow=flow("Hi?").flow, voicemail_message="Call us back, {name|please}.")
    async with line(conversation, config_of(spec)) as call:
        await call.session.order(LeaveMessage())
        await call.session.order(Talk())
        await call.callee.hears_the_bot()
        await call.callee.say("no stop")
        ended = await call.until_over()

        assert call.texts(Speaker.BOT) == ["Call us back, please."]
        assert call.told[-2:] == [MessageLeft(), ended]
        assert ended == Ended(by=EndedBy.BOT)


async def test_without_a_message_nothing_is_left_and_nothing_said(conversation: Conversation) -> None:
    async with line(conversation, config_of(flow("Hi?"))) as call:
        await call.session.order(LeaveMessage())
        await call.until_over()

        assert call.told == [Ended(by=EndedBy.BOT)]


async def test_the_safe_harbour_message_is_spoken_and_ends_the_call(conversation: Conversation) -> None:
    spec = BotSpec(flow=flow("Hi?").flow, safe_harbour_message="We will call again.")
    async with line(conversation, config_of(spec)) as call:
        await call.session.order(SafeHarbour())
        ended = await call.until_over()

        assert call.texts(Speaker.BOT) == ["We will call again."]
        assert call.told[-2:] == [MessageLeft(), ended]


async def test_an_order_to_end_stops_the_bot_at_once_and_nothing_comes_after(conversation: Conversation) -> None:
    async with line(conversation, config_of(flow("One two three four five six seven."))) as call:
        await call.session.order(Talk())
        await call.callee.hears_the_bot()
        await call.session.order(End())
        ended = await call.until_over()
        await call.session.order(Talk())

        assert ended == Ended(by=EndedBy.SYSTEM)
        assert [turn.interrupted for turn in call.turns] == [True]


async def test_a_callee_that_leaves_ends_the_conversation(conversation: Conversation) -> None:
    async with line(conversation, config_of(flow("Hi?"))) as call:
        await call.session.order(Talk())
        await call.until_turns(1)
        await call.callee.link.leave()

        assert await call.until_over() == Ended(by=EndedBy.CALLEE)


async def test_a_line_that_is_lost_ends_the_conversation(conversation: Conversation) -> None:
    async with line(conversation, config_of(flow("One two three four five six seven."))) as call:
        await call.session.order(Talk())
        await call.callee.hears_the_bot()
        await call.rooms.close(ROOM)

        assert await call.until_over() == Ended(by=EndedBy.SYSTEM)


async def test_a_callee_that_wants_no_more_calls_is_heard_wherever_the_flow_stands(conversation: Conversation) -> None:
    async with line(conversation, config_of(flow("Hi?"))) as call:
        await call.session.order(Talk())
        await call.until_turns(1)
        await call.callee.say("do not call me again")
        ended = await call.until_over()

        assert ended == Ended(by=EndedBy.BOT, disposition="opted_out")
        assert call.texts(Speaker.BOT)[-1] == "Sorry. Bye."


async def test_such_a_wish_before_the_bot_has_begun_is_heard_as_well(conversation: Conversation) -> None:
    async with line(conversation, config_of(flow("Hi?"))) as call:
        await call.callee.say("do not call me")
        await call.until_turns(1)
        await call.session.order(Talk())

        assert (await call.until_over()).disposition == "opted_out"
        assert call.texts(Speaker.BOT) == ["Sorry. Bye."]


async def test_a_bot_with_a_prompt_says_what_the_model_says_and_ends_when_it_ends(conversation: Conversation) -> None:
    spec = BotSpec(prompt="Be kind.", greeting="Hi.", policy=POLICY)
    async with line(conversation, config_of(spec)) as call:
        await call.session.order(Talk())
        await call.until_turns(1)
        await call.callee.say("rain")
        await call.until_turns(3)
        await call.callee.say("bye")
        ended = await call.until_over()

        assert call.texts(Speaker.BOT) == ["Hi.", "You said: rain.", "Goodbye."]
        assert ended == Ended(by=EndedBy.BOT, disposition="said_goodbye")


async def test_edges_in_words_are_chosen_by_the_model(conversation: Conversation) -> None:
    edges = (
        Edge(to="yes", kind=EdgeKind.LLM, when="the callee wants pizza"),
        Edge(to="no", kind=EdgeKind.LLM, when="the callee wants pasta"),
    )
    async with line(conversation, config_of(flow("Hi?", *edges))) as call:
        await call.session.order(Talk())
        await call.until_turns(1)
        await call.callee.say("pasta")

        assert (await call.until_over()).disposition == "declined"


async def test_a_model_that_fails_is_told_of_and_the_flow_goes_on(
    conversation_with_failing_model: Conversation,
) -> None:
    edges = (Edge(to="yes", kind=EdgeKind.LLM, when="the callee wants pizza"), STOP)
    async with line(conversation_with_failing_model, config_of(flow("Hi?", *edges))) as call:
        await call.session.order(Talk())
        await call.until_turns(1)
        await call.callee.say("pizza")
        await call.until_turns(3)
        await call.callee.say("stop")

        assert (await call.until_over()).disposition == "declined"
        assert call.texts(Speaker.BOT) == ["Hi?", "Hi?", "Oh."]
        assert [fault.detail for fault in call.all_told(Faltered)] == ["language_model: Unavailable"]


async def test_a_bot_whose_model_fails_again_takes_its_leave(conversation_with_failing_model: Conversation) -> None:
    spec = BotSpec(prompt="Be kind.", greeting="Hi.", policy=POLICY)
    async with line(conversation_with_failing_model, config_of(spec)) as call:
        await call.session.order(Talk())
        await call.until_turns(1)
        await call.callee.say("rain")
        ended = await call.until_over()

        assert call.texts(Speaker.BOT) == ["Hi.", "So long."]
        assert ended == Ended(by=EndedBy.SYSTEM)
        assert len(call.all_told(Faltered)) == 2


async def test_nothing_runs_on_when_the_context_ends_in_the_middle_of_a_word(conversation: Conversation) -> None:
    before = asyncio.all_tasks()
    async with line(conversation, config_of(flow("One two three four five six seven."))) as call:
        await call.session.order(Talk())
        await call.callee.hears_the_bot()

    assert asyncio.all_tasks() == before


async def test_a_transfer_is_asked_for_once_the_words_before_it_are_spoken(conversation: Conversation) -> None:
    async with line(conversation, config_of(handing_over(FAILED), {"extension": "0123"})) as call:
        await call.session.order(Talk())
        await call.until(lambda: bool(call.all_told(TransferAsked)))

        assert [type(event) for event in call.told] == [TurnTaken, TransferAsked]
        assert call.texts(Speaker.BOT) == ["One moment."]
        assert call.all_told(TransferAsked)[0].transfer == replace(DESK, to="+12025550123")


async def test_the_words_before_a_transfer_are_not_interrupted(conversation: Conversation) -> None:
    spec = handing_over(FAILED, say="One two three four five six seven.")
    async with line(conversation, config_of(spec)) as call:
        await call.session.order(Talk())
        await call.callee.hears_the_bot()
        await call.callee.say("no please stop")
        await call.until(lambda: bool(call.all_told(TransferAsked)))

        assert call.texts(Speaker.BOT) == ["One two three four five six seven."]


async def test_the_bot_listens_and_is_quiet_while_the_call_is_handed_over(conversation: Conversation) -> None:
    policy = replace(POLICY, silence_after=1.0)
    async with line(conversation, config_of(handing_over(FAILED, policy=policy))) as call:
        await call.session.order(Talk())
        await call.until(lambda: bool(call.all_told(TransferAsked)))
        heard = call.callee.heard
        await call.callee.link.press("1")
        await call.callee.say("are you there")
        await call.until_turns(2)
        await asyncio.sleep(1.5)  # longer than the bot bears silence elsewhere

        assert call.texts(Speaker.CALLEE) == ["are you there"]
        assert call.callee.heard == heard


async def test_a_transfer_that_failed_gives_the_bot_the_word_back_with_the_reason(conversation: Conversation) -> None:
    async with line(conversation, config_of(handing_over(ASIDE, FAILED))) as call:
        await call.session.order(Talk())
        await call.until(lambda: bool(call.all_told(TransferAsked)))
        await call.session.order(TransferFailed(reason="sip_486"))
        ended = await call.until_over()

        assert (call.texts(Speaker.BOT), ended.disposition) == (["One moment.", "Fine."], "agreed")
        assert call.all_told(Learned) == []


async def test_a_failed_transfer_without_a_way_on_is_a_goodbye(conversation: Conversation) -> None:
    async with line(conversation, config_of(handing_over())) as call:
        await call.session.order(Talk())
        await call.until(lambda: bool(call.all_told(TransferAsked)))
        await call.session.order(TransferFailed(reason="no_answer"))
        ended = await call.until_over()

        assert call.texts(Speaker.BOT) == ["One moment.", "So long."]
        assert ended == Ended(by=EndedBy.BOT, disposition="not_transferred")


async def test_a_transfer_that_nobody_asked_for_cannot_fail(conversation: Conversation) -> None:
    async with line(conversation, config_of(flow("Hi?", YES))) as call:
        await call.session.order(TransferFailed(reason="no_answer"))
        await call.session.order(Talk())
        await call.session.order(TransferFailed(reason="no_answer"))
        await call.until_turns(1)
        await call.callee.say("yes")

        assert (await call.until_over()).disposition == "agreed"
        assert call.texts(Speaker.BOT) == ["Hi?", "Fine."]


async def test_a_conversation_is_ended_when_the_call_was_taken(conversation: Conversation) -> None:
    async with line(conversation, config_of(handing_over(FAILED))) as call:
        await call.session.order(Talk())
        await call.until(lambda: bool(call.all_told(TransferAsked)))
        await call.session.order(End(reason="transferred"))

        assert await call.until_over() == Ended(by=EndedBy.SYSTEM)
        assert call.texts(Speaker.BOT) == ["One moment."]


async def test_a_callee_who_leaves_during_a_transfer_ends_the_conversation(conversation: Conversation) -> None:
    async with line(conversation, config_of(handing_over(FAILED))) as call:
        await call.session.order(Talk())
        await call.until(lambda: bool(call.all_told(TransferAsked)))
        await call.callee.link.leave()

        assert await call.until_over() == Ended(by=EndedBy.CALLEE)

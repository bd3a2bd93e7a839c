"""A bot's side of a conversation, whatever happens to it."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from domain.bots.bot import BotSpec
from domain.bots.dialogue import GO_ON, Act, Dialogue, Move, Stage, dialogue_of
from domain.bots.flow import Edge, EdgeKind, FlowGraph, Step
from domain.bots.policy import Policy
from domain.bots.runtime_config import RuntimeConfig
from domain.calls.result import EndedBy
from domain.ids import DEFAULT_BRAND, BotId, CallId

YES = Edge(to="end", kind=EdgeKind.EXPRESSION, when='says("yes")')
KEY = Edge(to="end", kind=EdgeKind.DIGITS, when="12")
PIZZA = Edge(to="end", kind=EdgeKind.LLM, when="wants pizza")
FLOW = FlowGraph(
    start="ask", steps=(Step(id="ask", say="Well?", edges=(YES, KEY, PIZZA)), Step(id="end", say="Fine.", end="done"))
)
FLOW_BOT = BotSpec(flow=FLOW, voicemail_message="Call us.")
PROMPT_BOT = BotSpec(prompt="Be kind.", greeting="Hi.")

Happening = Callable[[Dialogue], tuple[Dialogue, Move]]
HAPPENINGS: dict[str, Happening] = {
    "talk": lambda d: d.talk(),
    "leave_message": lambda d: d.leave_message(),
    "safe_harbour": lambda d: d.safe_harbour(),
    "yes": lambda d: d.heard("yes"),
    "early": lambda d: d.heard("hello", early=True),
    "rain": lambda d: d.heard("rain"),
    "opt_out": lambda d: d.heard("do not call me"),
    "interrupted": lambda d: d.interrupted(),
    "spoken": lambda d: d.spoken(),
    "key": lambda d: d.pressed("1"),
    "silent": lambda d: d.silent(),
    "chosen": lambda d: d.chosen(PIZZA),
    "unchosen": lambda d: d.chosen(None),
    "replied": lambda d: d.replied(None),
    "ended": lambda d: d.replied("bye"),
    "failed": lambda d: d.failed(),
}


def begun(spec: BotSpec, *happenings: str) -> tuple[Dialogue, Move]:
    config = RuntimeConfig(
        call_id=CallId("c"), brand=DEFAULT_BRAND, bot_id=BotId("b"), bot_version=1, spec=spec, recording_key="r"
    )
    dialogue, move = dialogue_of(config), GO_ON
    for happening in happenings:
        dialogue, move = HAPPENINGS[happening](dialogue)
    return dialogue, move


@given(st.sampled_from((FLOW_BOT, PROMPT_BOT)), st.lists(st.sampled_from(sorted(HAPPENINGS)), max_size=40))
def test_whatever_happens_it_is_quiet_until_it_is_told_to_speak_and_over_for_good(
    spec: BotSpec, happenings: list[str]
) -> None:
    dialogue, _ = begun(spec)
    told = False
    for happening in happenings:
        was_over = dialogue.stage is Stage.OVER
        dialogue, move = HAPPENINGS[happening](dialogue)
        told = told or happening in ("talk", "leave_message", "safe_harbour")
        assert told or move == GO_ON
        assert not was_over or (dialogue.stage is Stage.OVER and move == GO_ON)
        assert (move.act is Act.FINISH) == (dialogue.stage is Stage.OVER and not was_over)


def test_last_words_cannot_be_interrupted() -> None:
    dialogue, _ = begun(FLOW_BOT, "talk", "spoken", "yes")
    assert dialogue.stage is Stage.LEAVING
    assert dialogue.interrupted() == (dialogue, GO_ON)


def test_what_is_said_into_words_that_go_on_is_answered_after_them() -> None:
    dialogue, move = begun(FLOW_BOT, "talk", "yes")
    assert move == GO_ON

    _, move = dialogue.spoken()

    assert move == Move(act=Act.SPEAK, say=("Fine.",))


def test_a_hello_from_before_the_bot_began_is_no_answer() -> None:
    assert begun(FLOW_BOT, "talk", "spoken", "early")[1] == GO_ON


def test_a_wish_not_to_be_called_is_obeyed_even_in_the_last_words() -> None:
    _, move = begun(FLOW_BOT, "talk", "spoken", "yes", "opt_out", "spoken")
    assert move.say == (Policy().opt_out_say,)

    _, move = begun(FLOW_BOT, "talk", "spoken", "yes", "opt_out", "spoken", "spoken")
    assert (move.act, move.disposition) == (Act.FINISH, "opted_out")


def test_a_message_is_left_only_when_there_is_one() -> None:
    assert begun(FLOW_BOT, "leave_message", "spoken")[1].message_left
    assert begun(PROMPT_BOT, "leave_message")[1] == Move(act=Act.FINISH)


def test_keys_add_up_while_the_callee_is_waited_for() -> None:
    dialogue, move = begun(FLOW_BOT, "talk", "spoken", "key")
    assert move.act is Act.LISTEN

    assert dialogue.pressed("2")[1].say == ("Fine.",)


def test_a_model_that_fails_twice_makes_the_bot_leave() -> None:
    assert begun(PROMPT_BOT, "talk", "spoken", "rain", "failed")[1].act is Act.REPLY
    dialogue, move = begun(PROMPT_BOT, "talk", "spoken", "rain", "failed", "failed")
    assert move.say == (Policy().goodbye_say,)
    assert dialogue.spoken()[1].by is EndedBy.SYSTEM

"""A bot that hands its call over, whoever takes it, and however often nobody does."""

from hypothesis import given
from hypothesis import strategies as st

from domain.bots.bot import BotSpec
from domain.bots.dialogue import GO_ON, Act, Dialogue, Move, Stage, dialogue_of
from domain.bots.flow import Edge, EdgeKind, FlowGraph, Step
from domain.bots.flow_check import check_flow
from domain.bots.policy import Policy
from domain.bots.runtime_config import RuntimeConfig
from domain.calls.ending import CallFacts, ending_of
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy
from domain.calls.transfer import Transfer, TransferHow, word_for_status
from domain.errors import InvalidValue
from domain.ids import DEFAULT_BRAND, BotId, CallId

DESK, BOSS = Transfer(to="+1202555{extension|0100}"), Transfer(to="+12025550101", how=TransferHow.REFER)
FAILED = "transfer_failed"
IDS = ("a", "b", "c", "d")
POLICY = Policy(most_misses=1, silence_prompts=("Hm?",))

onward = st.sampled_from(IDS)
failure_edges = st.lists(
    st.builds(Edge, to=onward, kind=st.just(EdgeKind.EVENT), when=st.just(FAILED))
    | st.builds(Edge, to=onward, kind=st.just(EdgeKind.EXPRESSION), when=st.just('transfer_reason == "sip_486"')),
    max_size=2,
)
heard_edges = st.lists(
    st.builds(Edge, to=onward, kind=st.just(EdgeKind.EXPRESSION), when=st.just('says("yes")'))
    | st.builds(Edge, to=onward, kind=st.just(EdgeKind.DIGITS), when=st.just("1"))
    | st.builds(Edge, to=onward, kind=st.just(EdgeKind.ALWAYS)),
    min_size=1,
    max_size=2,
)
words = st.sampled_from(("", "Well."))


def step_of(name: str) -> st.SearchStrategy[Step]:
    named = st.just(name)
    return (
        st.builds(Step, id=named, say=words, transfer=st.sampled_from((DESK, BOSS)), edges=failure_edges.map(tuple))
        | st.builds(Step, id=named, say=words, edges=heard_edges.map(tuple))
        | st.builds(Step, id=named, say=words, end=st.just("done"))
    )


flows = st.tuples(*(step_of(name) for name in IDS)).map(lambda steps: FlowGraph(start="a", steps=steps))


def dialogue(flow: FlowGraph) -> Dialogue:
    spec = BotSpec(flow=flow, policy=POLICY)
    return dialogue_of(
        RuntimeConfig(
            call_id=CallId("c"), brand=DEFAULT_BRAND, bot_id=BotId("b"), bot_version=1, spec=spec, recording_key="r"
        )
    )


@given(flows, st.lists(st.sampled_from(("yes", "rain", "1")), max_size=6), st.sampled_from(("sip_486", "no_answer")))
def test_every_conversation_with_transfers_comes_to_an_end(flow: FlowGraph, heard: list[str], reason: str) -> None:
    """Whatever the callee does first; then they are silent, and nobody ever takes the call."""
    try:
        check_flow(flow, frozenset({"extension"}))
    except InvalidValue:
        return
    talk, move = dialogue(flow).talk()
    waiting = list(heard)
    for _ in range(200):
        if move.act is Act.FINISH:
            break
        talk, move = _next(talk, move, waiting, reason)
    assert talk.stage is Stage.OVER


def _next(talk: Dialogue, move: Move, heard: list[str], reason: str) -> tuple[Dialogue, Move]:
    match talk.stage:
        case Stage.TRANSFERRING:
            assert move.act is Act.TRANSFER
            return talk.transfer_failed(reason)
        case Stage.SPEAKING | Stage.LEAVING:
            return talk.spoken()
    if not heard:
        return talk.silent()
    said = heard.pop()
    after, move = talk.pressed(said) if said == "1" else talk.heard(said)
    return (after, move) if move != GO_ON else after.silent()


def handing_over(*steps: Step, say: str = "One moment.") -> tuple[Dialogue, Move]:
    edges = (Edge(to="b", kind=EdgeKind.EVENT, when=FAILED),) if steps else ()
    return dialogue(FlowGraph(start="a", steps=(Step(id="a", say=say, transfer=DESK, edges=edges), *steps))).talk()


SORRY = Step(id="b", say="Sorry: {transfer_reason}.", end="sorry")


def test_it_speaks_uninterrupted_and_then_asks_for_the_number_that_is_meant() -> None:
    talk, move = handing_over(SORRY)
    assert (move.say, talk.interruptible, talk.pressed("1")) == (("One moment.",), False, (talk, GO_ON))

    talk, move = talk.spoken()

    assert move == Move(act=Act.TRANSFER, transfer=Transfer(to="+12025550100"))
    assert handing_over(SORRY, say="")[1] == move


def test_it_is_quiet_until_it_knows_that_nobody_took_the_call() -> None:
    talk, _ = handing_over(SORRY, say="")
    for happening in (talk.heard("hello?"), talk.pressed("1"), talk.silent(), talk.interrupted(), talk.spoken()):
        assert happening[1] == GO_ON
        assert happening[0].stage is Stage.TRANSFERRING

    assert talk.transfer_failed("sip_486")[1].say == ("Sorry: sip_486.",)


def test_a_wish_not_to_be_called_is_obeyed_before_and_after_a_transfer_that_failed() -> None:
    talk, _ = handing_over(SORRY)
    assert talk.heard("do not call me again")[0].spoken()[1].say == (POLICY.opt_out_say,)

    talk, _ = handing_over(SORRY, say="")
    assert talk.heard("do not call me again")[0].transfer_failed("no_answer")[1].say == (POLICY.opt_out_say,)


def test_without_a_way_on_it_takes_its_leave() -> None:
    talk, move = handing_over(say="")[0].transfer_failed("no_answer")
    assert move.say == (POLICY.goodbye_say,)
    assert talk.spoken()[1].disposition == "not_transferred"


def test_a_transfer_that_nobody_asked_for_cannot_fail() -> None:
    talk, _ = handing_over(SORRY)
    assert talk.transfer_failed("no_answer") == (talk, GO_ON)


def test_a_call_may_take_as_long_as_the_two_may_talk_beside_the_bot() -> None:
    def longest(transfer: Transfer) -> float:
        flow = FlowGraph(start="a", steps=(Step(id="a", say="", transfer=transfer),))
        return BotSpec(flow=flow, policy=Policy(max_duration=60.0)).longest_call

    assert longest(Transfer(to="+12025550100", talk_limit=900.0)) == 960.0
    assert longest(Transfer(to="+12025550100", how=TransferHow.REFER)) == 60.0
    assert BotSpec(prompt="Be kind.").longest_call == Policy().max_duration


def test_nobody_picked_up_is_one_word_and_any_other_no_is_its_status() -> None:
    assert {word_for_status(status) for status in (408, 480, 487)} == {"no_answer"}
    assert word_for_status(486) == "sip_486"


@given(st.booleans(), st.booleans(), st.none() | st.just("NeverEnded"), st.none() | st.sampled_from(EndedBy))
def test_what_happens_after_a_call_was_taken_does_not_change_its_outcome(
    finished: bool, line_over: bool, failure: str | None, by: EndedBy | None
) -> None:
    facts = CallFacts(transferred=True, finished=finished, line_over=line_over, failure=failure, ended_by=by)
    assert ending_of(facts).outcome is Outcome.TRANSFERRED

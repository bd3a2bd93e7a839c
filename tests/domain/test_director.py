"""The Director walks a flow, and never leaves it."""

from hypothesis import given
from hypothesis import strategies as st

from domain.bots.bot import BotSpec
from domain.bots.director import NO_ANSWER_HEARD, OPTED_OUT, Director, Doing, director_of
from domain.bots.flow import Edge, EdgeKind, FlowGraph, Step
from domain.bots.policy import Policy

FLOW = FlowGraph(
    start="hello",
    steps=(
        Step(id="hello", say="Hello {name|there}.", edges=(Edge(to="ask"),)),
        Step(
            id="ask",
            say="Shall we book a visit? Say yes, or press 1.",
            no_match_say="Sorry, yes or no?",
            edges=(
                Edge(to="when", kind=EdgeKind.EXPRESSION, when='says("yes")'),
                Edge(to="bye", kind=EdgeKind.EXPRESSION, when='says("no")'),
                Edge(to="when", kind=EdgeKind.DIGITS, when="1"),
                Edge(to="menu", kind=EdgeKind.DIGITS, when="29"),
            ),
        ),
        Step(id="menu", say="The menu.", edges=(Edge(to="bye", kind=EdgeKind.LLM, when="they are done"),)),
        Step(
            id="when",
            say="Which day?",
            collect="day",
            edges=(Edge(to="done", kind=EdgeKind.EXPRESSION, when='day != ""'),),
        ),
        Step(id="done", say="See you on {day}.", end="booked"),
        Step(id="bye", say="Goodbye.", end="declined"),
    ),
)
DIRECTOR = Director(flow=FLOW, policy=Policy(most_misses=1))


def test_it_speaks_straight_on_until_it_has_to_listen() -> None:
    direction = DIRECTOR.begin({"name": "Ada"})

    assert direction.say == ("Hello Ada.", "Shall we book a visit? Say yes, or press 1.")
    assert direction.doing is Doing.LISTEN


def test_an_answer_is_collected_and_spoken_back() -> None:
    asked = DIRECTOR.hear(DIRECTOR.begin({}).place, "Yes!")
    ended = DIRECTOR.hear(asked.place, "Monday")

    assert ended.say == ("See you on Monday.",)
    assert (ended.doing, ended.disposition) == (Doing.END, "booked")
    assert ended.place.variables["day"] == "Monday"


def test_digits_add_up_until_an_edge_holds() -> None:
    place = DIRECTOR.begin({}).place

    first = DIRECTOR.press(place, "2")
    assert (first.doing, first.say) == (Doing.LISTEN, ())
    assert DIRECTOR.press(first.place, "9").place.step == "menu"
    assert DIRECTOR.press(place, "1").place.step == "when"


def test_what_fits_nothing_is_asked_again_and_then_given_up() -> None:
    once = DIRECTOR.hear(DIRECTOR.begin({}).place, "purple")
    twice = DIRECTOR.hear(once.place, "green")

    assert once.say == ("Sorry, yes or no?",)
    assert twice.doing is Doing.END


def test_a_model_is_asked_only_where_nothing_else_holds() -> None:
    menu = DIRECTOR.press(DIRECTOR.press(DIRECTOR.begin({}).place, "2").place, "9")
    asked = DIRECTOR.hear(menu.place, "that was all")

    assert asked.doing is Doing.CHOOSE
    assert DIRECTOR.chosen(asked.place, asked.choices[0]).disposition == "declined"
    assert DIRECTOR.chosen(asked.place, None).doing is Doing.LISTEN


def test_silence_is_prompted_and_then_ends_the_call() -> None:
    prompted = DIRECTOR.silence(DIRECTOR.begin({}).place)
    ended = DIRECTOR.silence(prompted.place)

    assert prompted.say == ("Are you still there?",)
    assert ended.disposition == NO_ANSWER_HEARD


def test_a_prompt_bot_hears_an_opt_out_too() -> None:
    director = director_of(BotSpec(prompt="You sell pens.", greeting="Hi."))
    greeted = director.begin({})

    assert greeted.say == ("Hi.",)
    assert director.hear(greeted.place, "hello").doing is Doing.REPLY
    assert director.hear(greeted.place, "please take me off your list").disposition == OPTED_OUT


@given(st.lists(st.one_of(st.text(max_size=20), st.sampled_from(["yes", "no", "1", "2", "9", "*"])), max_size=12))
def test_whatever_is_said_and_pressed_it_stays_on_the_graph_and_comes_to_an_end(heard: list[str]) -> None:
    direction = DIRECTOR.begin({})
    for thing in heard:
        if direction.doing is Doing.END:
            break
        if direction.doing is Doing.CHOOSE:
            direction = DIRECTOR.chosen(direction.place, None)
        elif len(thing) == 1 and thing in "0123456789*#":
            direction = DIRECTOR.press(direction.place, thing)
        else:
            direction = DIRECTOR.hear(direction.place, thing)
        FLOW.step(direction.place.step)
    while direction.doing is not Doing.END:
        direction = DIRECTOR.silence(direction.place)

    assert direction.disposition

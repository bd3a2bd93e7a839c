"""The language of deterministic edges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bots.expression import parse_expression
from domain.errors import InvalidValue


@pytest.mark.parametrize(
    ("source", "said", "variables", "holds"),
    [
        ('says("yes", "sure")', "Yes, please!", {}, True),
        ('says("yes")', "yesterday", {}, False),
        ('says("not now")', "No, not now.", {}, True),
        ('says("yes") and not says("no")', "yes and no", {}, False),
        ('age >= "18"', "", {"age": "21"}, True),
        ("age >= 18", "", {"age": "9"}, False),
        ('plan == "Gold"', "", {"plan": "gold"}, True),
        ('plan != "gold"', "", {}, True),
        ('plan > "gold"', "", {"plan": "silver"}, False),
        ("True", "", {}, True),
    ],
)
def test_an_expression_holds_of_words_and_variables(
    source: str, said: str, variables: dict[str, str], holds: bool
) -> None:
    assert parse_expression(source, "when").holds(said, variables) is holds


@pytest.mark.parametrize(
    "source",
    [
        "__import__('os')",
        "says()",
        "says(name)",
        "a.b == 1",
        "1 < 2 < 3",
        "lambda: 1",
        "x if y else z",
        "says('a') ==",
        "a == [1]",
        "-" * 600,
        "not " * 120 + "True",
    ],
)
def test_anything_else_is_refused_by_the_name_of_its_field(source: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_expression(source, "flow.steps[0].edges[1].when")

    assert caught.value.faults[0].field == "flow.steps[0].edges[1].when"


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_whatever_raises_anything_but_invalid_value(source: str, said: str) -> None:
    try:
        expression = parse_expression(source, "when")
    except InvalidValue:
        return
    assert isinstance(expression.holds(said, {}), bool)

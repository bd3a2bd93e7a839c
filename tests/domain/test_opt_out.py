"""Hearing that somebody does not want to be called again."""

import pytest

from domain.bots.opt_out import asks_not_to_be_called


@pytest.mark.parametrize(
    "said",
    [
        "Please don't call me again.",
        "Stop calling me!",
        "Do not call this number",
        "take me off your list",
        "Remove my number from your list please",
        "I don’t want to be contacted again, never be called again",
        "never call here",
        "quit phoning us",
    ],
)
def test_it_is_heard_in_its_many_forms(said: str) -> None:
    assert asks_not_to_be_called(said)


@pytest.mark.parametrize("said", ["Call me again tomorrow", "Don't worry, go on", "I did not call you", "stop, what?"])
def test_other_words_are_let_pass(said: str) -> None:
    assert not asks_not_to_be_called(said)

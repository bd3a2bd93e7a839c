"""Every life cycle is a table; whatever is tried, nothing leaves it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bots import bot
from domain.calls import call
from domain.campaigns import attempt, campaign, lead, lead_import
from domain.crm import delivery
from domain.errors import IllegalMove
from domain.lifecycle import move

TABLES: dict[str, Mapping[Any, frozenset[Any]]] = {
    "bot": bot.MOVES,
    "call": call.MOVES,
    "attempt": attempt.MOVES,
    "campaign": campaign.MOVES,
    "lead": lead.MOVES,
    "import": lead_import.MOVES,
    "delivery": delivery.MOVES,
}


def states_of(table: Mapping[Any, frozenset[Any]]) -> list[Any]:
    """All states of the table's own enum, the first one being where a life begins."""
    kind: type[StrEnum] = type(next(iter(table)))
    return list(kind)


@pytest.mark.parametrize("name", TABLES)
def test_every_state_has_a_row_and_can_be_reached(name: str) -> None:
    table = TABLES[name]
    states = states_of(table)
    reached, frontier = {states[0]}, [states[0]]
    while frontier:
        for target in table[frontier.pop()] - reached:
            reached.add(target)
            frontier.append(target)

    assert set(table) == set(states)
    assert reached == set(states)


@given(st.sampled_from(sorted(TABLES)), st.data())
def test_a_walk_takes_only_moves_of_the_table(name: str, data: st.DataObject) -> None:
    table = TABLES[name]
    states = states_of(table)
    state = states[0]
    for target in data.draw(st.lists(st.sampled_from(states), max_size=15)):
        try:
            reached = move(table, state, target)
        except IllegalMove:
            assert target not in table[state]
            continue
        assert reached in table[state]
        state = reached


def test_calls_and_attempts_only_move_forward() -> None:
    for table in (TABLES["call"], TABLES["attempt"]):
        order = states_of(table)
        for source, targets in table.items():
            assert all(order.index(target) > order.index(source) for target in targets)

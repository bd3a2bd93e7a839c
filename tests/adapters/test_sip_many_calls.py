"""A thousand calls by SIP leave nothing in the exchange; ten thousand are `python -m benchmarks.many_calls`."""

from collections.abc import Callable, Mapping
from itertools import combinations
from statistics import median

import pytest

from benchmarks.many_calls import Run, measure
from benchmarks.many_exchange import Held

CALLS = 1000
RATE = 18.0
LEVEL = 600
"""Calls after which SIP forgets as many messages as it keeps: those of 32 s (RFC 3261, timers D, J and L)."""


@pytest.fixture(scope="module")
def run() -> Run:
    """One for all tests: of eight kinds of calls, out and in, answered and not, ended by either side."""
    return measure(CALLS, RATE, look_every=25, trimmed=True)


def growth(held: Mapping[int, Held], of: Callable[[Held], float], since: int) -> float:
    """A call, while calls are under way: the middle of what all pairs of looks say, since at some of them a busy
    machine has more calls at once."""
    looks = [(number, of(each)) for number, each in held.items() if since <= number < CALLS]
    return median((after - before) / (m - n) for (n, before), (m, after) in combinations(sorted(looks), 2))


def test_all_went_as_they_should(run: Run) -> None:
    assert run.went.wrong == []
    assert run.went.answered == CALLS / 2
    assert run.went.deaf + run.deaf <= CALLS / 100, "a machine that is busy may be late for a call of half a second"


def test_no_task_thread_descriptor_or_object_of_a_call_is_left(run: Run) -> None:
    assert run.held[CALLS].things == run.held[0].things
    assert not run.held[0].objects


def test_memory_is_level(run: Run) -> None:
    """Each leg is remembered for a day, so that nobody redials in doubt: those are most of the blocks that are allowed,
    and 1 KB. A message of SIP that is never forgotten, or a room, has 2 KB and more."""
    assert growth(run.held, lambda held: held.blocks, LEVEL) < 20
    assert growth(run.held, lambda held: held.used, LEVEL) * 1e6 < 2_000
    assert growth(run.held, lambda held: held.resident, LEVEL) * 1e6 < 6_000

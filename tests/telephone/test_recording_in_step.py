"""A recording's sides are in step where a phone is called by SIP and where LiveKit carries the call, measured by clicks
that both ends make at the same instants, while the phone's network loses packets."""

import pytest

from benchmarks.click_calls import Lossy
from benchmarks.recording_skew import LIMIT, Measure
from benchmarks.rounds import Figures
from contract_tests.backends.backend import Missing
from contract_tests.backends.roll import RAN, leave_out
from tests.telephone.conftest import Figure

LINES = {"sip": Lossy(loss=0.02, jitter=0.03), "livekit": Lossy(loss=0.02)}
"""What the phone's network does. With LiveKit a second jitter buffer stands behind that of its SIP service: a machine
that is busy, and jitter before both, leave little of the limit (benchmarks/recording_skew.py measures it)."""

CALLS = 2
SECONDS = 12
ROUNDS = 3
"""A machine whose others stop ours for a tenth of a second makes a gap that says nothing of ours: the first round that
is in step counts. What puts recordings out of step by itself does so in all of them."""


@pytest.mark.parametrize(("over", "backend"), [("sip", "sip"), ("livekit", "livekit_server")])
def test_the_sides_of_a_recording_are_in_step(over: str, backend: str, figure: Figure) -> None:
    """The recordings are those that a Core concludes its calls with, a party alone and both in one as the API gives
    them."""
    rounds, found = 1, _measured(over, backend)
    while _skew(found) > LIMIT and rounds < ROUNDS:
        rounds, found = rounds + 1, _measured(over, backend)

    for name in ("callee later by", "skew p50", "skew p95", "skew most", "in the mix p95"):
        figure(name, found[f"{name} (ms)"] / 1000)
    assert found["clicks"] >= CALLS * SECONDS * 2 / 3
    assert _skew(found) <= LIMIT
    assert "far end hears later by (ms)" in found, "the far end has heard the bot"


def _measured(over: str, backend: str) -> Figures:
    try:
        found = Measure(over=over, line=LINES[over], calls=CALLS)(SECONDS)
    except Missing as missing:
        leave_out(backend, str(missing))
    RAN.add(backend)
    return found


def _skew(found: Figures) -> float:
    """Milliseconds, of the parties alone or in one."""
    return max(found["skew p95 (ms)"], found["in the mix p95 (ms)"])

"""When a result that did not arrive is sent again."""

from hypothesis import given
from hypothesis import strategies as st

from domain.calls.resend import LONGEST_WAIT, wait_before_resend


@given(st.text(), st.integers(0, 10_000))
def test_the_wait_is_bounded_and_the_same_whenever_asked(call_id: str, tries: int) -> None:
    wait = wait_before_resend(call_id, tries)

    assert 0.1 <= wait <= LONGEST_WAIT
    assert wait == wait_before_resend(call_id, tries)


@given(st.text(), st.floats(0, 1000))
def test_nobody_is_asked_before_they_wish_to_be(call_id: str, at_least: float) -> None:
    assert wait_before_resend(call_id, 0, at_least=at_least) >= at_least


def test_a_thousand_results_that_failed_together_do_not_come_back_together() -> None:
    waits = [wait_before_resend(f"call_{n}", 20) for n in range(1000)]

    busiest = max(sum(1 for wait in waits if second <= wait < second + 1) for second in range(30))
    assert busiest < 100

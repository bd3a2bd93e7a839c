"""When to try again."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from domain.calls.outcome import Outcome
from domain.campaigns.retries import Delay, RetryPlan

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def test_a_plan_gives_up_after_its_attempts_and_on_final_outcomes() -> None:
    plan = RetryPlan(max_attempts=2)

    assert plan.next_due(Outcome.BUSY, 1, at=NOW, chance=0.5) is not None
    assert plan.next_due(Outcome.BUSY, 2, at=NOW, chance=0.5) is None
    assert plan.next_due(Outcome.COMPLETED, 1, at=NOW, chance=0.5) is None
    assert plan.next_due(Outcome.OPTED_OUT, 1, at=NOW, chance=0.5) is None


def test_what_says_nothing_about_the_lead_is_tried_again_however_often() -> None:
    assert RetryPlan(max_attempts=1).next_due(Outcome.CONGESTION, 9, at=NOW, chance=0) is not None


@given(st.sampled_from(Outcome), st.floats(0, 1), st.floats(0, 100), st.floats(0, 100))
def test_a_retry_lies_within_its_delay(outcome: Outcome, chance: float, least: float, width: float) -> None:
    delays = dict.fromkeys(Outcome, Delay(least=least, most=least + width))
    due = RetryPlan(max_attempts=9, delays=delays).next_due(outcome, 1, at=NOW, chance=chance)

    assert due is None or least - 1e-3 <= (due - NOW).total_seconds() <= least + width + 1e-3

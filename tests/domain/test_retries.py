"""When to try again."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from domain.calls.outcome import Outcome
from domain.campaigns.retries import Delay, RetryPlan

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def test_a_plan_gives_up_after_its_attempts_and_on_final_outcomes() -> None:
    plan = RetryPlan(max_attempts=2)

    assert due(plan, Outcome.BUSY, 1) is not None
    assert due(plan, Outcome.BUSY, 2) is None
    assert due(plan, Outcome.COMPLETED, 1) is None
    assert due(plan, Outcome.OPTED_OUT, 1) is None


def test_what_says_nothing_about_the_lead_is_tried_again_but_not_for_ever() -> None:
    plan = RetryPlan(max_attempts=1, max_given_back=3)

    assert due(plan, Outcome.CONGESTION, 1, tries=3) is not None
    assert due(plan, Outcome.CONGESTION, 1, tries=4) is None


def due(plan: RetryPlan, outcome: Outcome, attempts: int, tries: int | None = None) -> datetime | None:
    return plan.next_due(outcome, attempts=attempts, tries=tries or attempts, at=NOW, chance=0.5)


@given(st.sampled_from(Outcome), st.floats(0, 1), st.floats(0, 100), st.floats(0, 100))
def test_a_retry_lies_within_its_delay(outcome: Outcome, chance: float, least: float, width: float) -> None:
    delays = dict.fromkeys(Outcome, Delay(least=least, most=least + width))
    plan = RetryPlan(max_attempts=9, delays=delays)
    again = plan.next_due(outcome, attempts=1, tries=1, at=NOW, chance=chance)

    assert again is None or least - 1e-3 <= (again - NOW).total_seconds() <= least + width + 1e-3

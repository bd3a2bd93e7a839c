"""How many calls to start, and what kept it from being more."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.campaigns.pacing import Limit, PacingPlan, Snapshot, calls_to_start, dials_covered, slots_needed
from domain.campaigns.rate import TokenBucket

NOW = datetime(2026, 1, 5, tzinfo=UTC)
ROOMY = {"in_flight": 0, "due": 99, "tokens": 99, "trunk_tokens": 99, "trunk_channels": 99, "core_slots": 99}


def test_the_limit_that_binds_is_named() -> None:
    plan = PacingPlan(concurrency=10)
    for limit, change in {
        Limit.CONCURRENCY: {"in_flight": 7},
        Limit.CORE_SLOTS: {"core_slots": 3},
        Limit.TRUNK_CHANNELS: {"trunk_channels": 3},
        Limit.TRUNK_CALLS_PER_SECOND: {"trunk_tokens": 3},
        Limit.CALLS_PER_SECOND: {"tokens": 3},
        Limit.NO_LEADS_DUE: {"due": 3},
    }.items():
        answer = calls_to_start(plan, Snapshot(**{**ROOMY, **change}))
        assert (answer.calls, answer.limit) == (3, limit)


@given(
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_no_snapshot_makes_it_start_more_than_any_limit_allows(
    in_flight: int, due: int, tokens: int, trunk_tokens: int, channels: int, slots: int
) -> None:
    now = Snapshot(
        in_flight=in_flight,
        due=due,
        tokens=tokens,
        trunk_tokens=trunk_tokens,
        trunk_channels=channels,
        core_slots=slots,
    )
    answer = calls_to_start(PacingPlan(concurrency=20), now)

    assert 0 <= answer.calls <= min(due, tokens, trunk_tokens, channels, slots, max(0, 20 - in_flight))


@given(st.integers(0, 40), st.integers(0, 40), st.floats(0.05, 1))
def test_dials_covered_by_slots_never_need_more_slots(slots: int, ringing: int, rate: float) -> None:
    more = dials_covered(slots, ringing, rate)

    assert more == 0 or slots_needed(ringing + more, rate) <= slots
    assert slots_needed(ringing + more + 1, rate) > slots


def test_every_call_has_a_slot_when_all_are_answered() -> None:
    assert [slots_needed(n, 1.0) for n in (0, 1, 7)] == [0, 1, 7]


@given(st.lists(st.floats(0, 3), min_size=1, max_size=40), st.floats(0.1, 20))
def test_a_bucket_never_gives_more_than_its_rate_and_one_burst(pauses: list[float], rate: float) -> None:
    bucket, at, given_out = TokenBucket(per_second=rate, level=1, filled_at=NOW), NOW, 0
    for pause in pauses:
        at += timedelta(seconds=pause)
        bucket = bucket.at(at)
        given_out += bucket.whole
        bucket = bucket.take(bucket.whole)

    assert given_out <= rate * (at - NOW).total_seconds() + max(1.0, rate) + 1e-6

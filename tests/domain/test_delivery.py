"""Pushes follow their schedule and end."""

from datetime import UTC, datetime, timedelta

from domain.crm.delivery import SCHEDULE, Delivery, DeliveryState, PushTry
from domain.ids import BrandId, CallId, DeliveryId, TargetId

NOW = datetime(2026, 1, 5, tzinfo=UTC)
NEW = Delivery(
    id=DeliveryId("msg_1"),
    brand=BrandId("default"),
    target_id=TargetId("t"),
    call_id=CallId("c"),
    kind="call.concluded",
    body="{}",
    created_at=NOW,
    due_at=NOW,
)


def failed(delivery: Delivery, status: int | None = 500, retry_after: float | None = None) -> Delivery:
    result = PushTry(at=delivery.due_at, milliseconds=1, status=status, retry_after=retry_after)
    return delivery.tried(result, chance=0.5)


def test_ten_tries_over_three_days_and_then_it_is_dead() -> None:
    delivery = NEW
    for wait in SCHEDULE:
        before, delivery = delivery.due_at, failed(delivery)
        assert delivery.due_at - before == timedelta(seconds=wait)
        assert delivery.state is DeliveryState.PENDING

    assert failed(delivery).state is DeliveryState.DEAD
    assert len(failed(delivery).tries) == 10


def test_the_receiver_may_ask_for_more_time_or_for_no_more() -> None:
    assert failed(NEW, 429, retry_after=60).due_at == NOW + timedelta(seconds=60)
    assert failed(NEW, 410).state is DeliveryState.DEAD


def test_a_replay_has_the_whole_schedule_ahead_of_it() -> None:
    dead = failed(NEW, 410)
    later = NOW + timedelta(days=9)
    replayed = dead.replay(at=later)

    assert (replayed.state, replayed.due_at, len(replayed.tries)) == (DeliveryState.PENDING, later, 1)
    assert failed(replayed).state is DeliveryState.PENDING

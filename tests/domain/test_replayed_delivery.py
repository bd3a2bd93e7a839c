"""A delivery that is replayed while it is being sent."""

from datetime import UTC, datetime, timedelta

from domain.crm.delivery import Delivery, DeliveryState, PushTry
from domain.ids import BrandId, CallId, DeliveryId, TargetId

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
DELIVERY = Delivery(
    id=DeliveryId("msg"),
    brand=BrandId("b"),
    target_id=TargetId("t"),
    call_id=CallId("c"),
    kind="k",
    body="{}",
    created_at=NOON,
    due_at=NOON,
)


def test_a_try_begun_before_the_replay_is_kept_and_changes_nothing() -> None:
    replayed = DELIVERY.replay(at=NOON + timedelta(seconds=5))
    late = PushTry(at=NOON + timedelta(seconds=4), milliseconds=9_000, status=500)
    after = replayed.tried(late, chance=0.5)
    assert (after.state, after.due_at, after.tries) == (DeliveryState.PENDING, replayed.due_at, (late,))


def test_a_try_begun_before_the_replay_may_still_deliver() -> None:
    replayed = DELIVERY.replay(at=NOON + timedelta(seconds=5))
    late = PushTry(at=NOON, milliseconds=9_000, status=204)
    assert replayed.tried(late, chance=0.5).state is DeliveryState.DELIVERED


def test_what_is_given_up_says_why_and_can_be_replayed() -> None:
    given_up = DELIVERY.give_up(PushTry(at=NOON, milliseconds=0, error="target_inactive"))
    assert (given_up.state, given_up.tries[-1].error) == (DeliveryState.DEAD, "target_inactive")
    assert given_up.replay(at=NOON).state is DeliveryState.PENDING

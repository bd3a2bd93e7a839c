"""What is said about push targets and pushes."""

from datetime import datetime
from typing import Annotated

import msgspec

from domain.crm.delivery import CrmTarget, Delivery, DeliveryState, PushTry
from domain.ids import CallId, DeliveryId, TargetId

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Address = Annotated[str, msgspec.Meta(min_length=1, max_length=2_048)]


class NewTarget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    url: Address


class TargetChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    name: Name | None = None
    url: Address | None = None
    active: bool | None = None


class TargetShown(msgspec.Struct, frozen=True, kw_only=True):
    id: TargetId
    name: str
    url: str
    active: bool
    disabled_because: str | None
    created_at: datetime


class TargetMade(msgspec.Struct, frozen=True, kw_only=True):
    """`secret` is shown this once."""

    secret: str
    target: TargetShown


class TargetList(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[TargetShown, ...]


class DeliveryRow(msgspec.Struct, frozen=True, kw_only=True):
    """A push in a list; `status` and `error` are of its last try."""

    id: DeliveryId
    target_id: TargetId
    call_id: CallId
    kind: str
    state: DeliveryState
    created_at: datetime
    due_at: datetime
    tries: int
    status: int | None
    error: str | None


class TryShown(msgspec.Struct, frozen=True, kw_only=True):
    """`answer` is the beginning of what came back."""

    at: datetime
    milliseconds: int
    status: int | None
    error: str | None
    answer: str
    succeeded: bool


class DeliveryShown(msgspec.Struct, frozen=True, kw_only=True):
    """`body` is exactly what is sent."""

    id: DeliveryId
    target_id: TargetId
    call_id: CallId
    kind: str
    state: DeliveryState
    created_at: datetime
    due_at: datetime
    body: str
    tries: tuple[TryShown, ...]


def show_target(target: CrmTarget) -> TargetShown:
    return TargetShown(
        id=target.id,
        name=target.name,
        url=target.url,
        active=target.active,
        disabled_because=target.disabled_because,
        created_at=target.created_at,
    )


def show_delivery(delivery: Delivery) -> DeliveryShown:
    return DeliveryShown(
        id=delivery.id,
        target_id=delivery.target_id,
        call_id=delivery.call_id,
        kind=delivery.kind,
        state=delivery.state,
        created_at=delivery.created_at,
        due_at=delivery.due_at,
        body=delivery.body,
        tries=tuple(show_try(each) for each in delivery.tries),
    )


def show_try(each: PushTry) -> TryShown:
    return TryShown(
        at=each.at,
        milliseconds=each.milliseconds,
        status=each.status,
        error=each.error,
        answer=each.answer,
        succeeded=each.succeeded,
    )


def show_delivery_row(delivery: Delivery) -> DeliveryRow:
    last = delivery.tries[-1] if delivery.tries else None
    return DeliveryRow(
        id=delivery.id,
        target_id=delivery.target_id,
        call_id=delivery.call_id,
        kind=delivery.kind,
        state=delivery.state,
        created_at=delivery.created_at,
        due_at=delivery.due_at,
        tries=len(delivery.tries),
        status=last.status if last else None,
        error=last.error if last else None,
    )

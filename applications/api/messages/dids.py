"""What is said about DIDs."""

from typing import Annotated

import msgspec

from domain.hours import CallingHours
from domain.ids import BotId, TrunkId
from domain.routing.did import Did, TurnAway

Message = Annotated[str, msgspec.Meta(max_length=2_000)]


class DidPut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who answers a number, when, and what becomes of callers whom nobody can talk to."""

    bot_id: Annotated[BotId, msgspec.Meta(min_length=1, max_length=128)]
    trunk_id: Annotated[TrunkId, msgspec.Meta(min_length=1, max_length=128)] | None = None
    hours: CallingHours = msgspec.field(default_factory=CallingHours)
    zone: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] = "UTC"
    when_closed: TurnAway = TurnAway.BUSY
    closed_message: Message = ""
    when_full: TurnAway = TurnAway.BUSY
    full_message: Message = ""
    enabled: bool = True


class NewDid(DidPut, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`number` is as people write it; without a country code it belongs to the `region` of the request."""

    number: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class DidShown(msgspec.Struct, frozen=True, kw_only=True):
    """`number` is E.164."""

    number: str
    bot_id: BotId
    trunk_id: TrunkId | None
    hours: CallingHours
    zone: str
    when_closed: TurnAway
    closed_message: str
    when_full: TurnAway
    full_message: str
    enabled: bool


class DidList(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[DidShown, ...]


def show_did(did: Did) -> DidShown:
    return DidShown(
        number=did.number,
        bot_id=did.bot_id,
        trunk_id=did.trunk_id,
        hours=did.hours,
        zone=did.zone,
        when_closed=did.when_closed,
        closed_message=did.closed_message,
        when_full=did.when_full,
        full_message=did.full_message,
        enabled=did.enabled,
    )

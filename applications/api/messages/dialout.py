"""A CRM's order to call somebody, and what it is told of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec

from domain.calls.call import CallState
from domain.ids import BotId, CallId

Short = Annotated[str, msgspec.Meta(max_length=255)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Value = Annotated[str, msgspec.Meta(max_length=2_000)]


class DialoutRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to call and with which bot. `to` and `caller_number` are E.164; `region` is that of the Core to prefer."""

    bot_id: Annotated[BotId, msgspec.Meta(min_length=1, max_length=128)]
    to: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    variables: Annotated[Mapping[Name, Value], msgspec.Meta(max_length=100)] = {}
    external_id: Short | None = None
    region: Annotated[str, msgspec.Meta(max_length=64)] = ""
    caller_number: Annotated[str, msgspec.Meta(max_length=32)] | None = None


class DialoutAccepted(msgspec.Struct, frozen=True, kw_only=True):
    """The call, as it is known from now on."""

    call_id: CallId
    state: CallState


class CallPlaced(msgspec.Struct, frozen=True, kw_only=True):
    """The call, and the position in the events after which all that is told of it stands."""

    call_id: CallId
    state: CallState
    events_after: int


class DialoutStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the call stands; the last six come with its result."""

    call_id: CallId
    state: CallState
    created_at: datetime
    external_id: str | None = None
    outcome: str | None = None
    disposition: str | None = None
    collected: Mapping[str, str] = {}
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    talk_seconds: float = 0.0

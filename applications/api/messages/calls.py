"""What is said about calls."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec

from applications.api.messages.crm import DeliveryRow, show_delivery_row
from domain.calls.call import Call, CallState, Direction
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy, Result, ResultSource
from domain.calls.transcript import Turn
from domain.calls.transfer import TransferTried
from domain.crm.delivery import Delivery
from domain.ids import (
    AttemptId,
    BotId,
    CallId,
    CampaignId,
    LeadId,
    ServerId,
    TrunkId,
)
from ports.call_store import CallFilter

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class CallSearch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that is given must hold. A body, because a phone number never stands in an address."""

    state: CallState | None = None
    direction: Direction | None = None
    outcome: Outcome | None = None
    campaign_id: CampaignId | None = None
    bot_id: BotId | None = None
    phone: Annotated[str, msgspec.Meta(max_length=32)] | None = None
    since: Moment | None = None
    until: Moment | None = None
    after: Annotated[str, msgspec.Meta(max_length=512)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50

    def where(self) -> CallFilter:
        return CallFilter(
            state=self.state,
            direction=self.direction,
            outcome=self.outcome,
            campaign_id=self.campaign_id,
            bot_id=self.bot_id,
            phone=self.phone,
            since=self.since,
            until=self.until,
        )


class CallRow(msgspec.Struct, frozen=True, kw_only=True):
    """A call in a list."""

    id: CallId
    direction: Direction
    state: CallState
    outcome: Outcome | None
    disposition: str | None
    phone: str
    bot_id: BotId
    campaign_id: CampaignId | None
    server_id: ServerId | None
    created_at: datetime
    live_at: datetime | None
    ended_at: datetime | None
    talk_seconds: float
    recorded: bool


class RecordingShown(msgspec.Struct, frozen=True, kw_only=True):
    """Stereo: the callee left, the bot right, and after a transfer whoever took the call. `path` wants a session, a key
    or a token."""

    path: str
    seconds: float
    size: int
    backend: str


class ResultShown(msgspec.Struct, frozen=True, kw_only=True):
    outcome: Outcome
    ended_by: EndedBy
    source: ResultSource
    ended_at: datetime
    answered_at: datetime | None
    talk_seconds: float
    collected: Mapping[str, str]
    disposition: str | None
    sip_status: int | None
    detail: str | None
    transfer: TransferTried | None
    turns: tuple[Turn, ...]
    recording: RecordingShown | None


class CallShown(msgspec.Struct, frozen=True, kw_only=True):
    """A call with all that came of it."""

    id: CallId
    direction: Direction
    state: CallState
    phone: str
    caller_number: str
    trunk_id: TrunkId
    bot_id: BotId
    bot_version: int
    variables: Mapping[str, str]
    campaign_id: CampaignId | None
    lead_id: LeadId | None
    attempt_id: AttemptId | None
    external_id: str | None
    server_id: ServerId | None
    created_at: datetime
    live_at: datetime | None
    result: ResultShown | None
    deliveries: tuple[DeliveryRow, ...]


def show_row(call: Call) -> CallRow:
    result = call.result
    return CallRow(
        id=call.id,
        direction=call.direction,
        state=call.state,
        outcome=result.outcome if result else None,
        disposition=result.disposition if result else None,
        phone=call.phone,
        bot_id=call.bot_id,
        campaign_id=call.origin.campaign_id,
        server_id=call.server_id,
        created_at=call.created_at,
        live_at=call.live_at,
        ended_at=result.ended_at if result else None,
        talk_seconds=result.talk_seconds if result else 0.0,
        recorded=bool(result and result.recording),
    )


def show_call(call: Call, deliveries: tuple[Delivery, ...]) -> CallShown:
    return CallShown(
        id=call.id,
        direction=call.direction,
        state=call.state,
        phone=call.phone,
        caller_number=call.caller_number,
        trunk_id=call.trunk_id,
        bot_id=call.bot_id,
        bot_version=call.bot_version,
        variables=call.variables,
        campaign_id=call.origin.campaign_id,
        lead_id=call.origin.lead_id,
        attempt_id=call.origin.attempt_id,
        external_id=call.origin.external_id,
        server_id=call.server_id,
        created_at=call.created_at,
        live_at=call.live_at,
        result=_result(call, call.result) if call.result else None,
        deliveries=tuple(show_delivery_row(delivery) for delivery in deliveries),
    )


def _result(call: Call, result: Result) -> ResultShown:
    return ResultShown(
        outcome=result.outcome,
        ended_by=result.ended_by,
        source=result.source,
        ended_at=result.ended_at,
        answered_at=result.answered_at,
        talk_seconds=result.talk_seconds,
        collected=result.collected or {},
        disposition=result.disposition,
        sip_status=result.sip_status,
        detail=result.detail,
        transfer=result.transfer,
        turns=result.turns,
        recording=_recording(call, result),
    )


def _recording(call: Call, result: Result) -> RecordingShown | None:
    if result.recording is None:
        return None
    kept = result.recording
    path = f"/api/v1/recordings/{call.id}"
    return RecordingShown(path=path, seconds=kept.seconds, size=kept.size, backend=kept.backend)

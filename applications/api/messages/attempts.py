"""What is said about attempts."""

from datetime import datetime

import msgspec

from domain.calls.outcome import Outcome
from domain.campaigns.attempt import Attempt, AttemptState, Verdict
from domain.ids import AttemptId, CallId, CampaignId, LeadId, ServerId, TrunkId


class AttemptShown(msgspec.Struct, frozen=True, kw_only=True):
    """`verdict` is who answered, as the screening heard it; `seconds` are from the answer to the end."""

    id: AttemptId
    campaign_id: CampaignId
    lead_id: LeadId
    call_id: CallId
    number: int
    phone: str
    caller_number: str
    trunk_id: TrunkId
    state: AttemptState
    outcome: Outcome | None
    verdict: Verdict | None
    sip_status: int | None
    opened_at: datetime
    ringing_at: datetime | None
    answered_at: datetime | None
    verdict_at: datetime | None
    ended_at: datetime | None
    seconds: float | None
    server_id: ServerId | None
    detail: str | None


CSV_COLUMNS = AttemptShown.__struct_fields__


def show_attempt(attempt: Attempt) -> AttemptShown:
    return AttemptShown(
        id=attempt.id,
        campaign_id=attempt.campaign_id,
        lead_id=attempt.lead_id,
        call_id=attempt.call_id,
        number=attempt.number,
        phone=attempt.phone,
        caller_number=attempt.caller_number,
        trunk_id=attempt.trunk_id,
        state=attempt.state,
        outcome=attempt.outcome,
        verdict=attempt.verdict,
        sip_status=attempt.sip_status,
        opened_at=attempt.opened_at,
        ringing_at=attempt.ringing_at,
        answered_at=attempt.answered_at,
        verdict_at=attempt.verdict_at,
        ended_at=attempt.ended_at,
        seconds=_seconds(attempt),
        server_id=attempt.server_id,
        detail=attempt.detail,
    )


def csv_row(attempt: Attempt) -> list[object]:
    shown = msgspec.to_builtins(show_attempt(attempt))
    return [shown[name] for name in CSV_COLUMNS]


def _seconds(attempt: Attempt) -> float | None:
    if attempt.answered_at is None or attempt.ended_at is None:
        return None
    return (attempt.ended_at - attempt.answered_at).total_seconds()

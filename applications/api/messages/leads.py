"""What is said about imports and leads."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from domain.calls.outcome import Outcome
from domain.campaigns.lead import Lead, LeadState
from domain.campaigns.lead_import import ImportState, LeadImport, RowFault
from domain.ids import AttemptId, CampaignId, ImportId, LeadId
from domain.phone.number import PhoneNumber


class ImportShown(msgspec.Struct, frozen=True, kw_only=True):
    """`percent` is of the file's bytes. `errors` counts rows that were not taken; `faults` says why."""

    id: ImportId
    campaign_id: CampaignId
    state: ImportState
    region: str
    columns: Mapping[str, str]
    size: int
    percent: int
    rows: int
    added: int
    errors: int
    faults: Mapping[RowFault, int]
    failure: str | None
    created_at: datetime
    finished_at: datetime | None


class LeadShown(msgspec.Struct, frozen=True, kw_only=True):
    """`end` is why a lead is done: a final outcome, or a reason why it is not called."""

    id: LeadId
    campaign_id: CampaignId
    phone: PhoneNumber
    external_id: str
    variables: Mapping[str, str]
    consent: bool
    priority: int
    state: LeadState
    due_at: datetime
    attempts: int
    attempt_id: AttemptId | None
    last_outcome: Outcome | None
    end: str | None
    created_at: datetime


def show_import(lead_import: LeadImport) -> ImportShown:
    return ImportShown(
        id=lead_import.id,
        campaign_id=lead_import.campaign_id,
        state=lead_import.state,
        region=lead_import.region,
        columns=lead_import.columns,
        size=lead_import.size,
        percent=100 * lead_import.bytes_read // max(1, lead_import.size),
        rows=lead_import.rows,
        added=lead_import.added,
        errors=sum(lead_import.faults.values()),
        faults=lead_import.faults,
        failure=lead_import.failure,
        created_at=lead_import.created_at,
        finished_at=lead_import.finished_at,
    )


def show_lead(lead: Lead) -> LeadShown:
    return LeadShown(
        id=lead.id,
        campaign_id=lead.campaign_id,
        phone=lead.phone,
        external_id=lead.external_id,
        variables=lead.variables,
        consent=lead.consent,
        priority=lead.priority,
        state=lead.state,
        due_at=lead.due_at,
        attempts=lead.attempts,
        attempt_id=lead.attempt_id,
        last_outcome=lead.last_outcome,
        end=lead.end,
        created_at=lead.created_at,
    )

"""May this person be called, at this instant? Asked right before dialling; the reason is stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from domain.calls.outcome import LeadEnd
from domain.hours import CallingHours
from domain.limits import Between
from domain.phone.number import NEVER_DIALLED, PhoneNumber


class Reason(StrEnum):
    DNC = "dnc"
    NEVER_DIALLED_KIND = "never_dialled_kind"
    NO_CONSENT = "no_consent"
    OUT_OF_HOURS = "out_of_hours"
    TOO_MANY_IN_24_HOURS = "too_many_in_24_hours"
    TOO_MANY_IN_7_DAYS = "too_many_in_7_days"
    TOO_MANY_IN_ALL = "too_many_in_all"


END_OF_REASON = {
    Reason.DNC: LeadEnd.DNC,
    Reason.NEVER_DIALLED_KIND: LeadEnd.NEVER_DIALLED_KIND,
    Reason.NO_CONSENT: LeadEnd.NO_CONSENT,
    Reason.OUT_OF_HOURS: LeadEnd.OUT_OF_HOURS,
    Reason.TOO_MANY_IN_24_HOURS: LeadEnd.CAPPED,
    Reason.TOO_MANY_IN_7_DAYS: LeadEnd.CAPPED,
    Reason.TOO_MANY_IN_ALL: LeadEnd.CAPPED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """A campaign's rules. Caps count attempts to the number by every campaign of the brand; 0 is no cap."""

    hours: CallingHours = CallingHours()
    per_24_hours: Annotated[int, Between(0, 100)] = 3
    per_7_days: Annotated[int, Between(0, 100)] = 7
    per_lifetime: Annotated[int, Between(0, 1_000)] = 0
    consent_needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of the number at this instant."""

    on_dnc: bool
    consent: bool
    in_24_hours: int
    in_7_days: int
    in_all: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why not. `until` is when to ask again; None is never."""

    reason: Reason
    until: datetime | None = None


def refusal(rules: Compliance, phone: PhoneNumber, record: Record, *, at: datetime) -> Refusal | None:
    """The first rule that forbids the call, gravest first; None when it may be made."""
    if record.on_dnc:
        return Refusal(reason=Reason.DNC)
    if phone.kind in NEVER_DIALLED:
        return Refusal(reason=Reason.NEVER_DIALLED_KIND)
    if rules.consent_needed and not record.consent:
        return Refusal(reason=Reason.NO_CONSENT)
    if 0 < rules.per_lifetime <= record.in_all:
        return Refusal(reason=Reason.TOO_MANY_IN_ALL)
    if 0 < rules.per_7_days <= record.in_7_days:
        return Refusal(reason=Reason.TOO_MANY_IN_7_DAYS, until=at + timedelta(days=1))
    if 0 < rules.per_24_hours <= record.in_24_hours:
        return Refusal(reason=Reason.TOO_MANY_IN_24_HOURS, until=at + timedelta(hours=1))
    if not rules.hours.open_at(at, phone.region, phone.zones):
        return Refusal(reason=Reason.OUT_OF_HOURS, until=rules.hours.next_open(at, phone.region, phone.zones))
    return None

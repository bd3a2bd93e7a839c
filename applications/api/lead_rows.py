"""Turns a file's rows into leads, or says of each why it is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import available_timezones

from applications.api.csv_reader import CsvRow
from applications.api.lead_columns import CONSENT, EXTERNAL_ID, PHONE, PRIORITY, REGION, TIMEZONE, Columns
from domain.campaigns.lead import Lead
from domain.campaigns.lead_import import LeadImport, RowError, RowFault
from domain.ids import LeadId
from domain.phone.number import NEVER_DIALLED, NumberFault, PhoneNumber
from ports.number_plan import NumberPlan

SHOWN: Final = 100
"""Characters of a bad value that are kept to show it."""

NUMBER_FAULTS: Final[Mapping[NumberFault, RowFault]] = {
    NumberFault.BLANK: RowFault.BLANK_PHONE,
    NumberFault.NOT_A_NUMBER: RowFault.NOT_A_NUMBER,
    NumberFault.IMPOSSIBLE: RowFault.IMPOSSIBLE_NUMBER,
    NumberFault.MANGLED: RowFault.MANGLED_BY_SPREADSHEET,
}
YES: Final = frozenset({"yes", "y", "true", "1", "x"})
NO: Final = frozenset({"no", "n", "false", "0", ""})
ZONES: Final = frozenset(available_timezones())
PRIORITIES: Final = range(-1000, 1001)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedLead:
    """A lead and the line that it came from."""

    line: int
    lead: Lead


class BadField(Exception):
    """One field of a row cannot be."""

    def __init__(self, fault: RowFault, column: str, value: str) -> None:
        super().__init__(fault)
        self.fault = fault
        self.column = column
        self.value = value


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRows:
    """Reads the rows of one import. The lead of a row always has the same id, so that an import can begin again."""

    lead_import: LeadImport
    columns: Columns
    plan: NumberPlan
    at: datetime

    def read(self, row: CsvRow, number: int) -> PlacedLead | RowError:
        """`number` counts the rows, from 1."""
        if row.fault:
            return RowError(line=row.line, fault=row.fault)
        if any(field.strip() for field in row.fields[len(self.columns.names) :]):
            return RowError(line=row.line, fault=RowFault.TOO_MANY_FIELDS)
        if len(row.fields) < len(self.columns.names):
            return RowError(line=row.line, fault=RowFault.TOO_FEW_FIELDS)
        known, variables = self.columns.split(row.fields)
        try:
            return PlacedLead(line=row.line, lead=self._lead(known, variables, number))
        except BadField as bad:
            return RowError(line=row.line, fault=bad.fault, column=bad.column, value=bad.value[:SHOWN])

    def _lead(self, known: Mapping[str, str], variables: Mapping[str, str], number: int) -> Lead:
        of = self.lead_import
        return Lead(
            id=LeadId(f"lead_{of.id.removeprefix('imp_')}_{number:07d}"),
            brand=of.brand,
            campaign_id=of.campaign_id,
            phone=self._phone(known),
            created_at=self.at,
            due_at=self.at,
            external_id=known.get(EXTERNAL_ID, ""),
            variables=variables,
            consent=_consent(known.get(CONSENT)),
            priority=_priority(known.get(PRIORITY, "")),
        )

    def _phone(self, known: Mapping[str, str]) -> PhoneNumber:
        region = known.get(REGION, "").upper() or self.lead_import.region
        if not self.plan.knows(region):
            raise BadField(RowFault.BAD_VALUE, REGION, region)
        phone = read_phone(self.plan, known[PHONE], region)
        zone = known.get(TIMEZONE, "")
        if not zone:
            return phone
        if zone not in ZONES:
            raise BadField(RowFault.BAD_VALUE, TIMEZONE, zone)
        return PhoneNumber(e164=phone.e164, region=phone.region, kind=phone.kind, zones=(zone,))


def read_phone(plan: NumberPlan, raw: str, region: str) -> PhoneNumber:
    """A number that may be dialled. Raises BadField."""
    phone = plan.read(raw, region)
    if isinstance(phone, NumberFault):
        raise BadField(NUMBER_FAULTS[phone], PHONE, raw)
    if phone.kind in NEVER_DIALLED:
        raise BadField(RowFault.NEVER_DIALLED_KIND, PHONE, raw)
    return phone


def _priority(text: str) -> int:
    try:
        priority = int(text or "0")
    except ValueError:
        raise BadField(RowFault.BAD_VALUE, PRIORITY, text) from None
    if priority not in PRIORITIES:
        raise BadField(RowFault.BAD_VALUE, PRIORITY, text)
    return priority


def _consent(text: str | None) -> bool:
    """Taken as given where the file has no such column; where it has one, only a yes is a yes."""
    answer = "yes" if text is None else text.casefold()
    if answer not in YES | NO:
        raise BadField(RowFault.BAD_VALUE, CONSENT, answer)
    return answer in YES

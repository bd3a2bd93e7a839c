"""The import of one file of leads: how far it is, what was taken, and what was wrong with which line."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.ids import BrandId, CampaignId, ImportId
from domain.lifecycle import move

MOST_ROW_ERRORS: Final = 10_000
"""Row errors kept one by one; beyond that only counted, so that a hostile file cannot fill the store."""


class ImportState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


MOVES: Final[Mapping[ImportState, frozenset[ImportState]]] = {
    ImportState.QUEUED: frozenset({ImportState.RUNNING, ImportState.FAILED}),
    ImportState.RUNNING: frozenset({ImportState.RUNNING, ImportState.DONE, ImportState.FAILED}),
    ImportState.DONE: frozenset(),
    ImportState.FAILED: frozenset(),
}


class RowFault(StrEnum):
    """Why a row was not taken."""

    BLANK_PHONE = "blank_phone"
    NOT_A_NUMBER = "not_a_number"
    IMPOSSIBLE_NUMBER = "impossible_number"
    MANGLED_BY_SPREADSHEET = "mangled_by_spreadsheet"
    NEVER_DIALLED_KIND = "never_dialled_kind"
    DUPLICATE = "duplicate"
    ON_DNC = "on_dnc"
    TOO_MANY_FIELDS = "too_many_fields"
    TOO_FEW_FIELDS = "too_few_fields"
    NOT_TEXT = "not_text"
    TOO_LONG = "too_long"
    BAD_VALUE = "bad_value"  # a column with a meaning holds what it cannot


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """One row that was not taken. `line` is the line in the file where the row begins, from 1."""

    line: int
    fault: RowFault
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadImport:
    """An import's document. `rows` counts those read so far; `bytes_read` of `size` shows the progress. `ended`: read
    to its end or given up, and only its file is still to be removed."""

    id: ImportId
    brand: BrandId
    campaign_id: CampaignId
    object_key: str
    size: int
    region: str
    created_at: datetime
    columns: Mapping[str, str] = field(default_factory=dict)
    state: ImportState = ImportState.QUEUED
    bytes_read: int = 0
    rows: int = 0
    added: int = 0
    faults: Mapping[RowFault, int] = field(default_factory=dict)
    errors: tuple[RowError, ...] = ()
    ended: bool = False
    failure: str | None = None
    finished_at: datetime | None = None
    version: int = 0

    def progress(self, *, rows: int, added: int, errors: tuple[RowError, ...], bytes_read: int) -> "LeadImport":
        """A batch more. `errors` are the batch's own."""
        counts = dict(self.faults)
        for error in errors:
            counts[error.fault] = counts.get(error.fault, 0) + 1
        return replace(
            self,
            state=move(MOVES, self.state, ImportState.RUNNING),
            rows=self.rows + rows,
            added=self.added + added,
            faults=counts,
            errors=(*self.errors, *errors)[:MOST_ROW_ERRORS],
            bytes_read=bytes_read,
        )

    def start_again(self) -> "LeadImport":
        """From the first row: the process that read it is gone. Rows that it stored are known by their number."""
        return replace(self, state=ImportState.RUNNING, bytes_read=0, rows=0, added=0, faults={}, errors=())

    def end(self, failure: str | None = None) -> "LeadImport":
        """Read through, or given up with a reason: its file is not needed any more."""
        return replace(self, state=move(MOVES, self.state, ImportState.RUNNING), ended=True, failure=failure)

    def close(self, *, at: datetime) -> "LeadImport":
        """Over, as it ended."""
        return self.fail(self.failure, at=at) if self.failure else self.finish(at=at)

    def finish(self, *, at: datetime) -> "LeadImport":
        return replace(self, state=move(MOVES, self.state, ImportState.DONE), finished_at=at, bytes_read=self.size)

    def fail(self, failure: str, *, at: datetime) -> "LeadImport":
        return replace(self, state=move(MOVES, self.state, ImportState.FAILED), failure=failure, finished_at=at)

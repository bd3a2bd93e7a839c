"""Reads CSV piece by piece, as it comes: rows with the line on which each begins, whatever spreadsheet wrote them."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from applications.api.csv_text import REPLACEMENT, TextOf, delimiter_of
from domain.campaigns.lead_import import RowFault

LONGEST_FIELD: Final = 32 * 1024
LONGEST_ROW: Final = 64 * 1024
"""Characters. A quote that is never closed costs this much of the file, and not the rest of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvRow:
    """One row, quoted line breaks and all. `line` counts from 1; `fault` says why it cannot be used."""

    line: int
    fields: tuple[str, ...] = ()
    fault: RowFault | None = None


class CsvReader:
    """The same rows however the bytes are cut. Rows that hold nothing are left out. Never raises."""

    def __init__(self) -> None:
        self._text = TextOf()
        self._rest = ""
        self._line = 0
        self._delimiter = ""
        self._row: list[str] = []
        self._length = 0
        self._open = False

    def feed(self, chunk: bytes) -> Iterator[CsvRow]:
        yield from self._take(self._text.feed(chunk))

    def end(self) -> Iterator[CsvRow]:
        """The last rows, of a file that may end without a line break, or in the middle of a quote."""
        yield from self._take(self._text.end() + "\n")
        if self._row:
            yield from self._finish()

    def _take(self, text: str) -> Iterator[CsvRow]:
        *lines, rest = (self._rest + text).split("\n")
        self._rest = rest[: LONGEST_ROW + 1]
        for line in lines:
            self._line += 1
            if self._begun(line):
                yield from self._add(line)

    def _begun(self, line: str) -> bool:
        """Whether the header was there before, or is this line; it tells the delimiter."""
        if not self._delimiter and line[:4].lower() == "sep=":
            self._delimiter = line[4:5] or ","
            return False
        if not self._delimiter and line.strip():
            self._delimiter = delimiter_of(line)
        return bool(self._delimiter)

    def _add(self, line: str) -> Iterator[CsvRow]:
        self._row.append(line)
        self._length += len(line) + 1
        if '"' in line:
            self._open = _open_after(line, self._delimiter, was_open=self._open)
        if self._length > LONGEST_ROW or not self._open:
            yield from self._finish()

    def _finish(self) -> Iterator[CsvRow]:
        text, begins = "\n".join(self._row), self._line - len(self._row) + 1
        self._row, self._length, self._open = [], 0, False
        row = _read(text, begins, self._delimiter)
        if row.fault or any(field.strip() for field in row.fields):
            yield row


def _open_after(line: str, delimiter: str, *, was_open: bool) -> bool:
    """Whether a quoted field is open at the line's end. A quote opens only at the beginning of a field."""
    at, is_open = 0, was_open
    while True:
        if not is_open and line.startswith('"', at):
            is_open, at = True, at + 1
        if is_open:
            at = line.find('"', at) + 1
            if at == 0:
                return True
            if line.startswith('"', at):
                at += 1
                continue
            is_open = False
        at = line.find(delimiter, at) + 1
        if at == 0:
            return False


def _read(text: str, line: int, delimiter: str) -> CsvRow:
    if len(text) > LONGEST_ROW:
        return CsvRow(line=line, fault=RowFault.TOO_LONG)
    if "\0" in text or REPLACEMENT in text:
        return CsvRow(line=line, fault=RowFault.NOT_TEXT)
    fields = next(csv.reader([text], delimiter=delimiter), [])
    if any(len(field) > LONGEST_FIELD for field in fields):
        return CsvRow(line=line, fault=RowFault.TOO_LONG)
    return CsvRow(line=line, fields=tuple(fields))

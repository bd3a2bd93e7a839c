"""The numbers in a file of those that must not be called: its phone column, or its first."""

from collections.abc import AsyncIterator, Iterator, Sequence

from applications.api.csv_reader import CsvReader, CsvRow
from applications.api.lead_columns import PHONE, UnusableFile, columns_of
from applications.api.use_cases.add_dnc_numbers import RawNumber


async def numbers_of(chunks: AsyncIterator[bytes]) -> AsyncIterator[RawNumber]:
    """One a row, whether the file has a header or begins with a number at once."""
    reader, column = CsvReader(), _Column()
    async for chunk in chunks:
        for row in reader.feed(chunk):
            for number in column.of(row):
                yield number
    for row in reader.end():
        for number in column.of(row):
            yield number


class _Column:
    """Which column it is, once the first row was seen."""

    def __init__(self) -> None:
        self._index: int | None = None

    def of(self, row: CsvRow) -> Iterator[RawNumber]:
        if self._index is None and row.fields:
            header = _phone_column(row.fields)
            self._index = header or 0
            if header is not None:
                return
        if row.fault:
            yield RawNumber(line=row.line, fault=row.fault)
        else:
            yield RawNumber(
                line=row.line, text=row.fields[self._index or 0] if len(row.fields) > (self._index or 0) else ""
            )


def _phone_column(fields: Sequence[str]) -> int | None:
    """None when the row is no header."""
    try:
        return columns_of(fields, {}).names.index(PHONE)
    except UnusableFile:
        return None

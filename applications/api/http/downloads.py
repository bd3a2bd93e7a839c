"""CSV files that leave as they are made."""

from collections.abc import AsyncIterator, Iterator

from litestar.response import Stream


def csv_file(lines: AsyncIterator[str] | Iterator[str], name: str) -> Stream:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Stream(lines, media_type="text/csv; charset=utf-8", headers=headers)

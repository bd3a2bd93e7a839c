"""Writes CSV that a spreadsheet opens as what it is: text, and no formula."""

import csv
import io
import re
from collections.abc import Iterable
from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
"""Numbers, those of telephones included, are harmless and stay as they are."""


def csv_lines(rows: Iterable[Iterable[object]]) -> str:
    """The rows as text. A cell that a spreadsheet would reckon with gets an apostrophe (OWASP, CSV Injection)."""
    text = io.StringIO()
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    harmless = not text.lstrip(" ").startswith(FORMULA) or NUMBER.fullmatch(text)
    return text if harmless else f"'{text}"

"""Which bytes of something a request wants: RFC 9110, section 14, for one range."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

ONE_RANGE: Final = re.compile(r"bytes=\s*([0-9]{0,18})-([0-9]{0,18})\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `start` to before `end`, of `size` bytes."""

    start: int
    end: int
    size: int

    @property
    def whole(self) -> bool:
        return (self.start, self.end) == (0, self.size)


class Unsatisfiable(Exception):
    """No byte of it lies in the range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to send: the part, and whether it was asked for as a part."""

    span: Span
    partial: bool


def wanted(headers: Mapping[str, str], size: int, etag: str) -> Wanted:
    """Everything for what is no single range in bytes, or is of another version. Raises Unsatisfiable."""
    everything = Wanted(span=Span(start=0, end=size, size=size), partial=False)
    match = ONE_RANGE.fullmatch(headers.get("range", ""))
    if match is None or headers.get("if-range", etag) != etag:
        return everything
    first, last = match.groups()
    if not first and not last:
        return everything
    if first and last and int(last) < int(first):
        return everything
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last) + 1, size) if first and last else size
    if start >= end:
        raise Unsatisfiable
    return Wanted(span=Span(start=start, end=end, size=size), partial=True)

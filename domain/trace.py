"""Which trace a call's work belongs to, and how that is written for other processes (W3C Trace Context, level 1)."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from domain.ids import CallId

TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanId:
    """One span: its trace's id, 128 bits, and its own, 64 bits; neither is ever 0."""

    trace: int
    span: int

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace:032x}-{self.span:016x}-01"


def root_of(call_id: CallId) -> SpanId:
    """The span above all others of a call, which nobody opens; the same for everybody who knows the call's id."""
    digest = hashlib.sha256(f"trace/{call_id}".encode()).digest()
    return SpanId(trace=int.from_bytes(digest[:16]) or 1, span=int.from_bytes(digest[16:24]) or 1)


def read_traceparent(text: str) -> SpanId | None:
    """None for what cannot be read, or is not sampled."""
    found = TRACEPARENT.fullmatch(text)
    if found is None:
        return None
    trace, span, flags = (int(part, 16) for part in found.groups())
    return SpanId(trace=trace, span=span) if trace and span and flags & 1 else None

"""What came of a call: the one package that Core hands over and the API keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.calls.outcome import Outcome
from domain.calls.transcript import Turn
from domain.calls.transfer import TransferTried
from domain.ids import ServerId


class EndedBy(StrEnum):
    BOT = "bot"
    CALLEE = "callee"
    OPERATOR = "operator"
    SYSTEM = "system"
    TARGET = "target"  # whoever the call had been transferred to


class ResultSource(StrEnum):
    """Who wrote the result. One by the API stands in for a Core that is gone, and may be replaced once."""

    CORE = "core"
    JOURNAL = "journal"
    API = "api"
    DIALLER = "dialler"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording in the object store. Stereo: the callee left, the bot right, and after a transfer whoever
    took the call. `seconds` is its length."""

    key: str
    backend: str
    seconds: float
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The end of a call. `digest` is over the package as sent, and tells a repeat from another result."""

    digest: str
    outcome: Outcome
    ended_by: EndedBy
    source: ResultSource
    ended_at: datetime
    answered_at: datetime | None = None
    server: ServerId | None = None
    turns: tuple[Turn, ...] = ()
    collected: Mapping[str, str] | None = None
    disposition: str | None = None
    recording: Recording | None = None
    sip_status: int | None = None
    detail: str | None = None
    transfer: TransferTried | None = None

    @property
    def talk_seconds(self) -> float:
        """From the answer to the end; 0 for a call that nobody answered."""
        return (self.ended_at - self.answered_at).total_seconds() if self.answered_at else 0.0

    @property
    def may_be_replaced(self) -> bool:
        return self.source is ResultSource.API

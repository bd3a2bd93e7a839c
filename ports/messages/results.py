"""The result of a call as Core hands it over."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

import msgspec

from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy, Recording, Result, ResultSource
from domain.calls.transcript import Turn
from domain.calls.transfer import TransferTried
from domain.ids import BrandId, CallId, ServerId


class ResultPackage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that came of a call. Sent again, it is sent byte for byte the same."""

    call_id: CallId
    brand: BrandId
    outcome: Outcome
    ended_by: EndedBy
    source: ResultSource
    ended_at: datetime
    server: ServerId
    answered_at: datetime | None = None
    turns: tuple[Turn, ...] = ()
    collected: Mapping[str, str] = {}
    disposition: str | None = None
    recording: Recording | None = None
    sip_status: int | None = None
    detail: str | None = None
    transfer: TransferTried | None = None
    schema: int = 1

    def result(self, body: bytes) -> Result:
        """The domain's result; `body` is the package as it came, of which the digest is made."""
        return Result(
            digest=hashlib.sha256(body).hexdigest(),
            outcome=self.outcome,
            ended_by=self.ended_by,
            source=self.source,
            ended_at=self.ended_at,
            answered_at=self.answered_at,
            server=self.server,
            turns=self.turns,
            collected=self.collected,
            disposition=self.disposition,
            recording=self.recording,
            sip_status=self.sip_status,
            detail=self.detail,
            transfer=self.transfer,
        )


class ResultStored(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`repeated` when the same result was there already."""

    call_id: CallId
    repeated: bool

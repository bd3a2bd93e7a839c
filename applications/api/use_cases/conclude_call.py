"""Concludes a call for a Core that cannot: the stand-in that the real result may still replace once."""

import hashlib
from dataclasses import dataclass

import structlog

from applications.api.rewrite import rewrite
from domain.calls.call import Call
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy, Result, ResultSource
from domain.ids import BrandId, CallId
from ports.call_store import CallStore
from ports.clock import Clock

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcludeCall:
    """A call that has a result keeps it."""

    calls: CallStore
    clock: Clock

    async def __call__(
        self, brand: BrandId, call_id: CallId, outcome: Outcome, *, detail: str, sip_status: int | None = None
    ) -> Call:
        result = Result(
            digest=hashlib.sha256(f"api:{call_id}".encode()).hexdigest(),
            outcome=outcome,
            ended_by=EndedBy.SYSTEM,
            source=ResultSource.API,
            ended_at=self.clock.now(),
            sip_status=sip_status,
            detail=detail,
        )

        def conclude(call: Call) -> Call:
            return call if call.result else call.conclude(result)

        call = await rewrite(lambda: self.calls.get(brand, call_id), conclude, self.calls.save)
        log.info("call_concluded_by_api", call_id=call_id, outcome=outcome.value, detail=detail)
        return call

"""A call comes in: it is refused when there is no room, and otherwise this Core's from now on."""

from dataclasses import dataclass

import structlog

from applications.core.call_runner import CallRunner
from applications.core.identity import CoreIdentity
from applications.core.live_calls import LiveCalls
from domain.measures import CALLS_LIVE, CALLS_REFUSED, CALLS_TAKEN
from ports.errors import Busy
from ports.messages.core import CallAccepted, CallRequest
from ports.metrics import UNMEASURED, Metrics
from ports.tracing import UNTRACED, Tracing

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeCall:
    """Asked again for the same call, it gives the same answer and does nothing."""

    calls: LiveCalls
    runner: CallRunner
    identity: CoreIdentity
    metrics: Metrics = UNMEASURED
    tracing: Tracing = UNTRACED

    async def __call__(self, request: CallRequest) -> CallAccepted:
        """Raises Busy."""
        with self.tracing.span("take", call=request.call_id):
            try:
                await self._take(request)
            except Busy as busy:
                self.metrics.count(CALLS_REFUSED)
                log.warning("call_refused", call_id=request.call_id, why=str(busy))
                raise
        return CallAccepted(call_id=request.call_id, server_id=self.identity.server_id, run=self.identity.run)

    async def _take(self, request: CallRequest) -> None:
        if not self.calls.admit(request):
            return
        try:
            await self.runner.start(request)
        except Busy:
            self.calls.forget(request.call_id)
            raise
        kind = type(request).__name__
        self.metrics.count(CALLS_TAKEN, kind)
        self.metrics.set(CALLS_LIVE, len(self.calls))
        log.info("call_taken", call_id=request.call_id, kind=kind)

"""Keeps what came of a call, once, however often and from wherever it is handed over."""

from dataclasses import dataclass

import structlog

from applications.api.rewrite import rewrite
from domain.calls.call import Call
from domain.measures import RESULTS_RECEIVED
from ports.call_store import CallStore
from ports.errors import NotFound
from ports.messages.results import ResultPackage, ResultStored
from ports.metrics import UNMEASURED, Metrics
from ports.tracing import UNTRACED, Tracing

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveResult:
    """The result and its event are one write. `body` is the package as it came, of which the digest is made."""

    calls: CallStore
    metrics: Metrics = UNMEASURED
    tracing: Tracing = UNTRACED

    async def __call__(self, package: ResultPackage, body: bytes) -> ResultStored:
        """Raises NotFound for an unknown call, RuleBroken when the call has another result that stands."""
        result = package.result(body)
        repeated = False

        async def load() -> Call:
            call = await self.calls.find(package.call_id)
            if call.brand != package.brand:
                raise NotFound(f"no call {package.call_id} in that brand")
            return call

        def conclude(call: Call) -> Call:
            nonlocal repeated
            concluded = call.conclude(result)
            repeated = concluded is call
            return concluded

        with self.tracing.span("receive", call=package.call_id):
            await rewrite(load, conclude, self.calls.save)
        self.metrics.count(RESULTS_RECEIVED, str(repeated).lower())
        log.info("result_received", call_id=package.call_id, outcome=package.outcome.value, repeated=repeated)
        return ResultStored(call_id=package.call_id, repeated=repeated)

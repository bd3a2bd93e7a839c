"""A call comes in: it is refused when there is no room, and otherwise this Core's from now on."""

from dataclasses import dataclass

import structlog

from applications.core.call_runner import CallRunner
from applications.core.identity import CoreIdentity
from applications.core.live_calls import LiveCalls
from ports.errors import Busy
from ports.messages.core import CallAccepted, CallRequest

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeCall:
    """Asked again for the same call, it gives the same answer and does nothing."""

    calls: LiveCalls
    runner: CallRunner
    identity: CoreIdentity

    async def __call__(self, request: CallRequest) -> CallAccepted:
        """Raises Busy."""
        if self.calls.admit(request):
            try:
                await self.runner.start(request)
            except Busy:
                self.calls.forget(request.call_id)
                raise
            log.info("call_taken", call_id=request.call_id, kind=type(request).__name__)
        return CallAccepted(call_id=request.call_id, server_id=self.identity.server_id, run=self.identity.run)

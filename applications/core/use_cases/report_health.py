"""How this Core is, for those who decide whether it gets calls."""

from dataclasses import dataclass

from applications.core.identity import CoreIdentity
from applications.core.live_calls import LiveCalls
from ports.messages.core import CoreHealth
from ports.result_outbox import ResultOutbox


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportHealth:
    """`live` counts all calls, those in slots for messages included."""

    calls: LiveCalls
    outbox: ResultOutbox
    identity: CoreIdentity

    async def __call__(self) -> CoreHealth:
        return CoreHealth(
            server_id=self.identity.server_id,
            run=self.identity.run,
            release=self.identity.release,
            capacity=self.calls.capacity,
            live=len(self.calls),
            draining=self.calls.draining,
            waiting_results=await self.outbox.waiting(),
        )

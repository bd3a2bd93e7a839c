"""A live call is told what to do."""

from dataclasses import dataclass

import structlog

from applications.core.call_runner import CallRunner
from applications.core.live_calls import LiveCalls
from domain.ids import CallId
from ports.errors import NotFound
from ports.messages.core import Order

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCall:
    """Returns when the order is on its way."""

    calls: LiveCalls
    runner: CallRunner

    async def __call__(self, call_id: CallId, order: Order) -> None:
        """Raises NotFound when the call is not live (any more)."""
        if call_id not in self.calls:
            raise NotFound(f"no call {call_id} here")
        log.info("call_ordered", call_id=call_id, order=type(order).__name__)
        await self.runner.order(call_id, order)

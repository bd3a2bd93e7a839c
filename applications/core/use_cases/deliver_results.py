"""Hands results to the API: what does not arrive is tried again, what is refused is kept for a person to look at."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from domain.calls.resend import LONGEST_WAIT, wait_before_resend
from domain.measures import RESULTS
from ports.clock import Clock
from ports.errors import Busy, PortError, Refused
from ports.metrics import UNMEASURED, Metrics
from ports.result_outbox import Parcel, ResultOutbox
from ports.result_sink import ResultSink
from ports.tracing import UNTRACED, Tracing

AT_ONCE: Final = 16

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverResults:
    """At least once; the API knows a repeat by its bytes."""

    outbox: ResultOutbox
    sink: ResultSink
    clock: Clock
    metrics: Metrics = UNMEASURED
    tracing: Tracing = UNTRACED

    async def __call__(self) -> int:
        """One round over what is due now; how many parcels it tried."""
        parcels = await self.outbox.due(at=self.clock.now(), limit=AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            for parcel in parcels:
                tasks.create_task(self._deliver(parcel))
        return len(parcels)

    async def _deliver(self, parcel: Parcel) -> None:
        try:
            await self._send(parcel)
        except PortError as error:
            log.info("result_not_delivered", call_id=parcel.call_id, tries=parcel.tries, error=type(error).__name__)
            await self._postpone(parcel, error.retry_after if isinstance(error, Busy) else 0.0)
        except Exception:  # one result that cannot be sent holds up no other
            log.exception("delivery_broken", call_id=parcel.call_id)
            await self._postpone(parcel, LONGEST_WAIT)

    async def _send(self, parcel: Parcel) -> None:
        try:
            with self.tracing.span("result", call=parcel.call_id):
                await self.sink.hand_over(parcel.body)
        except Refused as refused:
            log.error("result_refused", call_id=parcel.call_id, reason=refused.reason)
            await self.outbox.park(parcel.call_id, refused.reason)
            self.metrics.count(RESULTS, "parked")
        else:
            await self.outbox.delivered(parcel.call_id)
            self.metrics.count(RESULTS, "delivered")
            log.info("result_delivered", call_id=parcel.call_id, tries=parcel.tries)

    async def _postpone(self, parcel: Parcel, at_least: float) -> None:
        """One that cannot be postponed stays due."""
        self.metrics.count(RESULTS, "postponed")
        wait = wait_before_resend(parcel.call_id, parcel.tries, at_least=at_least)
        try:
            await self.outbox.postpone(parcel.call_id, due_at=self.clock.now() + timedelta(seconds=wait))
        except PortError as error:
            log.warning("result_not_postponed", call_id=parcel.call_id, error=type(error).__name__)
            await self.clock.sleep(wait)

"""A Core's life: calls that are over are concluded, results delivered, what an earlier life left behind salvaged."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

import structlog

from applications.core.call_runner import CallRunner, Finished
from applications.core.live_calls import LiveCalls
from applications.core.use_cases.close_late import CloseLate
from applications.core.use_cases.conclude_call import ConcludeCall
from applications.core.use_cases.deliver_results import DeliverResults
from applications.core.use_cases.salvage_calls import SalvageCalls
from domain.calls.ending import DRAINING
from domain.ids import CallId
from domain.measures import CALLS_LIVE, RESULTS_WAITING
from ports.call_journal import CallJournal
from ports.clock import Clock
from ports.messages.core import CallRequest, End
from ports.metrics import UNMEASURED, Metrics
from ports.result_outbox import ResultOutbox

ROUND_SECONDS: Final = 0.25
"""How often the outbox is looked at while something waits in it."""

TROUBLE_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 30.0
END_SECONDS: Final = 5.0
"""How long calls may take to end, and to be concluded, once a drain has run out of patience."""

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class CoreNode:
    """What goes on beside the control surface."""

    calls: LiveCalls
    runner: CallRunner
    journal: CallJournal
    outbox: ResultOutbox
    conclude_call: ConcludeCall
    close_late: CloseLate
    deliver_results: DeliverResults
    salvage_calls: SalvageCalls
    clock: Clock
    drain_seconds: float
    metrics: Metrics = UNMEASURED
    _posted: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Calls may be taken inside this context."""
        await self.journal.sweep()
        left_behind = tuple(await self.journal.unfinished())
        for call_id in left_behind:
            self.calls.remember(call_id)
        async with self.runner.running(), asyncio.TaskGroup() as tasks:
            duties = [
                tasks.create_task(self._salvage(left_behind)),
                tasks.create_task(self._conclude_finished()),
                tasks.create_task(self._deliver()),
            ]
            try:
                yield
            finally:
                for duty in duties:
                    duty.cancel()

    async def drain(self) -> None:
        """Refuse new calls, wait for those that there are, and at last end them. Results that wait stay on disk."""
        self.calls.draining = True
        log.info("draining", live=len(self.calls))
        if await self._idle_within(self.drain_seconds):
            return
        for call_id in self.calls.ids():
            await self.runner.order(call_id, End(reason=DRAINING))
        if not await self._idle_within(END_SECONDS):
            log.warning("drained_with_calls_left", live=len(self.calls))

    async def _idle_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.calls.idle()
                return True
        return False

    async def _salvage(self, left_behind: tuple[CallId, ...]) -> None:
        await self.salvage_calls(left_behind)
        self._posted.set()

    async def _conclude_finished(self) -> None:
        async with asyncio.TaskGroup() as concluding:
            async for finished in self.runner.finished():
                request = self.calls.finish(finished.call_id)
                self.metrics.set(CALLS_LIVE, len(self.calls))
                if request is not None:
                    concluding.create_task(self._conclude(request, finished))

    async def _conclude(self, request: CallRequest, finished: Finished) -> None:
        """Until it is done: a result that cannot be kept now, such as on a full disk, can be in a while."""
        if finished.lost:
            log.error("call_lost", call_id=request.call_id)
        pause, empty = TROUBLE_PAUSE, True
        while True:
            try:
                empty = await self.conclude_call(request.call_id, brand=request.brand, ending=finished.ending)
                break
            except Exception:  # one call that cannot be concluded holds up no other
                log.exception("call_not_concluded", call_id=request.call_id)
            await self.clock.sleep(pause)
            pause = min(LONGEST_PAUSE, 2 * pause)
        self.calls.concluded(request.call_id)
        self._posted.set()
        if not empty:
            await self.close_late(request.call_id)

    async def _deliver(self) -> None:
        while True:
            try:
                if await self.deliver_results() == 0:
                    await self._until_something_is_due()
            except Exception:  # the outbox is out of reach for now; results are safe where they are
                log.exception("delivery_failed")
                await self.clock.sleep(TROUBLE_PAUSE)

    async def _until_something_is_due(self) -> None:
        waiting = await self.outbox.waiting()
        self.metrics.set(RESULTS_WAITING, waiting)
        with suppress(TimeoutError):
            async with asyncio.timeout(ROUND_SECONDS if waiting else None):
                await self._posted.wait()
        self._posted.clear()

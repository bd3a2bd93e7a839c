"""Carries many calls in one event loop, each in a task of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog

from applications.core.call_runner import CallRunner, Finished
from applications.core.use_cases.open_call import OpenCall, Opened, Orders
from applications.core.use_cases.run_call import RunCall
from domain.calls.ending import Ending
from domain.calls.outcome import Outcome
from domain.calls.result import EndedBy
from domain.ids import CallId
from ports.errors import Busy
from ports.messages.core import CallRequest, Order
from ports.tracing import UNTRACED, Tracing

BROKEN: Final = Ending(outcome=Outcome.FAILED, ended_by=EndedBy.SYSTEM)

log = structlog.get_logger()


class CallHost(CallRunner):
    """Leaving `running` cuts off what is still going on, without a word about it: the journals tell."""

    def __init__(self, open_call: OpenCall, run_call: RunCall, tracing: Tracing = UNTRACED) -> None:
        self._open_call = open_call
        self._run_call = run_call
        self._tracing = tracing
        self._orders: dict[CallId, Orders] = {}
        self._finished: asyncio.Queue[Finished] = asyncio.Queue()
        self._tasks: asyncio.TaskGroup | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        calls: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as tasks:
            self._tasks, self._calls = tasks, calls
            try:
                yield
            finally:
                self._tasks = None
                for call in calls:
                    call.cancel()

    @property
    def ready(self) -> bool:
        return self._tasks is not None

    async def start(self, request: CallRequest) -> None:
        if self._tasks is None:
            raise Busy("stopping")
        orders: Orders = asyncio.Queue()
        self._orders[request.call_id] = orders
        call = self._tasks.create_task(self._carry(request, orders))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def order(self, call_id: CallId, order: Order) -> None:
        orders = self._orders.get(call_id)
        if orders is not None:
            orders.put_nowait(order)

    async def finished(self) -> AsyncIterator[Finished]:
        while True:
            yield await self._finished.get()

    def live(self) -> tuple[CallId, ...]:
        return tuple(self._orders)

    async def _carry(self, request: CallRequest, orders: Orders) -> None:
        call_id = request.call_id
        with structlog.contextvars.bound_contextvars(call_id=call_id), self._tracing.span("call", call=call_id):
            ending = await self._ending(request, orders)
        del self._orders[request.call_id]
        self._finished.put_nowait(Finished(call_id=request.call_id, ending=ending))

    async def _ending(self, request: CallRequest, orders: Orders) -> Ending | None:
        """None when the call has a journal that tells."""
        try:
            opened = await self._open_call(request, orders)
            if isinstance(opened, Opened):
                await self._run_call(opened, orders)
                return None
        except Exception:  # a call that breaks is a result, and must not take the others with it
            log.exception("call_broken")
            return BROKEN
        return opened

"""Carries calls in processes of their own: one that dies takes its own calls with it and no others."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog

from applications.core.call_child import START_SECONDS, CallChild, child_process
from applications.core.call_runner import CallRunner, Finished
from domain.ids import CallId
from ports.clock import Clock
from ports.errors import Busy
from ports.messages.core import CallRequest, Order

SHORT_LIFE: Final = 10.0
"""A process that lived for fewer seconds is not started again at once: it would only die again."""

LONGEST_PAUSE: Final = 10.0

log = structlog.get_logger()


class CallProcesses(CallRunner):
    """As many processes as it is told, each started again when it dies. A call goes where the fewest are."""

    def __init__(self, command: Sequence[str], *, count: int, clock: Clock) -> None:
        self._command = command
        self._count = count
        self._clock = clock
        self._children: set[CallChild] = set()
        self._finished: asyncio.Queue[Finished] = asyncio.Queue()
        self._some_ready = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Entered when one process is ready for calls, or after a minute."""
        async with asyncio.TaskGroup() as tasks:
            places = [tasks.create_task(self._keep_one()) for _ in range(self._count)]
            try:
                with suppress(TimeoutError):
                    async with asyncio.timeout(START_SECONDS):
                        await self._some_ready.wait()
                yield
            finally:
                for place in places:
                    place.cancel()

    @property
    def ready(self) -> bool:
        return any(child.ready.is_set() for child in self._children)

    async def start(self, request: CallRequest) -> None:
        ready = [child for child in self._children if child.ready.is_set()]
        if not ready:
            raise Busy("no call process is ready")
        min(ready, key=len).carry(request)

    async def order(self, call_id: CallId, order: Order) -> None:
        for child in self._children:
            if call_id in child:
                child.order(call_id, order)

    async def finished(self) -> AsyncIterator[Finished]:
        while True:
            yield await self._finished.get()

    async def _keep_one(self) -> None:
        pause = 0.0
        while True:
            began = self._clock.monotonic()
            await self._one_life()
            lived = self._clock.monotonic() - began
            pause = min(LONGEST_PAUSE, 2 * pause + 0.5) if lived < SHORT_LIFE else 0.0
            await self._clock.sleep(pause)

    async def _one_life(self) -> None:
        async with child_process(self._command, self._finished) as child:
            self._children.add(child)
            try:
                async with asyncio.TaskGroup() as tasks:
                    announcing = tasks.create_task(self._announce(child))
                    await child.watch()
                    announcing.cancel()
            finally:
                self._children.discard(child)
        log.warning("call_process_ended", pid=child.pid)

    async def _announce(self, child: CallChild) -> None:
        await child.ready.wait()
        log.info("call_process_ready", pid=child.pid)
        self._some_ready.set()

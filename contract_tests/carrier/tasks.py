"""The far end's tasks, every one of which is awaited, and the waiting for news."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

PATIENCE: Final = 15.0
"""Seconds after which a test has waited in vain."""


@dataclass(slots=True)
class Tasks:
    """What a task raises is told when all are closed, so that a broken script cannot pass for a quiet one."""

    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _failures: list[Exception] = field(default_factory=list)

    def start(self, work: Coroutine[Any, Any, None]) -> Callable[[], object]:
        """What it returns stops it."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task.cancel

    def failed(self, error: Exception) -> None:
        """Something that no task could tell."""
        self._failures.append(error)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self.failed(error)

    async def aclose(self) -> None:
        running = tuple(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if self._failures:
            raise ExceptionGroup("the far end's scripts failed", self._failures)


@dataclass(slots=True)
class News:
    """Wakes whoever waits whenever something has happened."""

    _event: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        self._event.set()

    async def until(self, holds: Callable[[], object], within: float, story: Callable[[], str]) -> None:
        """Raises TimeoutError, with what was there instead."""
        try:
            async with asyncio.timeout(within):
                while not holds():
                    self._event.clear()
                    await self._event.wait()
        except TimeoutError:
            raise TimeoutError(f"waited {within} s in vain; so far: {story()}") from None

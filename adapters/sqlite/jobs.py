"""Work for the threads that own a connection: asked for on an event loop, answered there."""

import asyncio
import queue
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import apsw

from ports.errors import Busy, Unavailable

Answer = TypeVar("Answer")
Operation = Callable[[apsw.Connection], Answer]

MOST_WAITING: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    operation: Operation[Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A job with what came of it."""

    job: Job
    value: Any = None
    error: Exception | None = None


class Jobs:
    """A bounded queue of jobs; once closed it takes no more, and its threads end when it is empty."""

    def __init__(self, *, taken: bool = True) -> None:
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._open = taken

    def ask(self, operation: Operation[Answer]) -> asyncio.Future[Answer]:
        """Raises Busy when too many wait, Unavailable once it is closed."""
        if not self._open:
            raise Unavailable("sqlite: the file is closed")
        if self._queue.qsize() >= MOST_WAITING:
            raise Busy("sqlite: too many operations wait", retry_after=0.1)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._queue.put(Job(operation=operation, future=future, loop=loop))
        return future

    def close(self) -> None:
        self._open = False
        self._queue.put(None)

    def take(self, most: int) -> list[Job]:
        """Waits for a job, and takes those that wait behind it. Empty once it is closed."""
        job = self._queue.get()
        jobs: list[Job] = []
        while job is not None:
            jobs.append(job)
            if len(jobs) == most or self._queue.empty():
                return jobs
            job = self._queue.get()
        self._queue.put(None)  # for the other threads, and for this one's next turn
        return jobs


def settle(answers: Iterable[Done]) -> None:
    """Tell those who asked, each on its own loop."""
    by_loop: defaultdict[asyncio.AbstractEventLoop, list[Done]] = defaultdict(list)
    for done in answers:
        by_loop[done.job.loop].append(done)
    for loop, group in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, group)
        except RuntimeError:
            continue  # the loop is closed: nobody waits any more, and the others still do


def _resolve(group: Sequence[Done]) -> None:
    for done in group:
        if done.job.future.done():
            continue  # whoever asked was cancelled; what they asked for has happened all the same
        if done.error is not None:
            done.job.future.set_exception(done.error)
        else:
            done.job.future.set_result(done.value)

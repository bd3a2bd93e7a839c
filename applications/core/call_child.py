"""One call process as its control process sees it: the calls it carries, and its end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Final

import structlog

from applications.core.call_runner import Finished
from applications.core.call_wire import LONGEST_LINE, Carry, FromCalls, Pass, ToCalls, from_calls, line
from domain.ids import CallId
from ports.messages.core import CallRequest, Order

START_SECONDS: Final = 60.0
"""How long a process may take to be ready: a speech engine is slow to import on a busy machine."""

SILENT_SECONDS: Final = 10.0
"""A process that says nothing for so long is taken for dead, and killed."""

LEAVE_SECONDS: Final = 3.0
"""How long a process may take to leave once its control process has closed the line."""

log = structlog.get_logger()


class CallChild:
    """Hands on what its process says; whatever the process still had when it ended is lost."""

    def __init__(self, process: asyncio.subprocess.Process, finished: "asyncio.Queue[Finished]") -> None:
        self.ready = asyncio.Event()
        self._process = process
        self._finished = finished
        self._calls: set[CallId] = set()

    @property
    def pid(self) -> int:
        return self._process.pid

    def __len__(self) -> int:
        return len(self._calls)

    def __contains__(self, call_id: CallId) -> bool:
        return call_id in self._calls

    def carry(self, request: CallRequest) -> None:
        self._calls.add(request.call_id)
        self._say(Carry(request=request))

    def order(self, call_id: CallId, order: Order) -> None:
        self._say(Pass(call_id=call_id, order=order))

    async def watch(self) -> None:
        """Until its end."""
        assert self._process.stdout is not None  # noqa: S101  # asked for when it was started
        said = from_calls(self._process.stdout, first_within=START_SECONDS, silent=SILENT_SECONDS)
        try:
            async with aclosing(said):
                async for message in said:
                    self._heard(message)
        except TimeoutError:
            log.error("call_process_silent", pid=self.pid, calls=len(self))
            self._process.kill()
        finally:
            self._lose_calls()

    def _heard(self, message: FromCalls) -> None:
        self.ready.set()
        if isinstance(message, Finished):
            self._calls.discard(message.call_id)
            self._finished.put_nowait(message)

    def _lose_calls(self) -> None:
        self.ready.clear()
        for call_id in self._calls:
            self._finished.put_nowait(Finished(call_id=call_id, lost=True))
        self._calls.clear()

    def _say(self, message: ToCalls) -> None:
        assert self._process.stdin is not None  # noqa: S101  # asked for when it was started
        if not self._process.stdin.is_closing():
            self._process.stdin.write(line(message))


@asynccontextmanager
async def child_process(command: Sequence[str], finished: "asyncio.Queue[Finished]") -> AsyncIterator[CallChild]:
    """Started here, and gone when the context ends: by itself, as its line is closed, or killed."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=LONGEST_LINE)
    try:
        yield CallChild(process, finished)
    finally:
        await asyncio.shield(_gone(process))


async def _gone(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    with suppress(TimeoutError):
        async with asyncio.timeout(LEAVE_SECONDS):
            await process.wait()
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()

"""The owner's end of the speaker process: starts it, asks it, and starts it again when it has died."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
import structlog

from adapters.espeak.wire import HEAD, Order, Speech, packed, speech_of
from ports.errors import Unavailable

ROOT: Final = Path(__file__).parents[2]
BUFFER: Final = 1 << 20
log = structlog.get_logger()


class Died(Exception):
    """The process ended while it was being asked."""


@contextmanager
def translated() -> Iterator[None]:
    """What can go wrong between two processes, as the port calls it. Texts are personal: nothing is quoted."""
    try:
        yield
    except TimeoutError:
        raise Unavailable("the speaker process did not answer in time") from None
    except Died:
        raise Unavailable("the speaker process died twice over one text") from None
    except (OSError, msgspec.MsgspecError):
        raise Unavailable("the speaker process cannot be used") from None


class SpeakerProcess:
    """One process, asked by one at a time. Being cancelled while asking harms nobody: late answers are skipped."""

    def __init__(self, time_limit: float) -> None:
        self._time_limit = time_limit
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._size: int | None = None  # of an answer of which only the head has been read
        self._number = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    async def open(self) -> None:
        """Raises Unavailable when it cannot be started."""
        with translated():
            async with self._turn:
                await self._running()

    async def aclose(self) -> None:
        async with self._turn:
            await self._stop()

    async def ask(self, *, voice: str, text: str) -> Speech:
        """Raises Unavailable when there is no answer in time."""
        with translated():
            async with self._turn:
                self._number += 1
                return await self._answered(Order(number=self._number, voice=voice, text=text))

    async def _answered(self, order: Order) -> Speech:
        try:
            async with asyncio.timeout(self._time_limit):
                try:
                    return await self._asked(order)
                except Died:  # perhaps long ago, and over another text
                    return await self._asked(order)
        except (TimeoutError, msgspec.MsgspecError):
            await self._stop()  # it hangs or raves; the next order finds a new one
            raise

    async def _asked(self, order: Order) -> Speech:
        process = await self._running()
        assert process.stdin  # noqa: S101  # asked for as a pipe
        try:
            process.stdin.write(packed(order))
            await process.stdin.drain()
            while (speech := await self._next_answer(process)).number != order.number:
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            log.warning("speaker_died", status=process.returncode)
            await self._stop()
            raise Died from None
        return speech

    async def _next_answer(self, process: Process) -> Speech:
        assert process.stdout  # noqa: S101  # asked for as a pipe
        if self._size is None:
            self._size = HEAD.unpack(await process.stdout.readexactly(HEAD.size))[0]
        body = await process.stdout.readexactly(self._size)
        self._size = None
        return speech_of(body)

    async def _running(self) -> Process:
        if self._process is not None and self._process.returncode is not None:
            await self._stop()
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "adapters.espeak.speaker", stdin=PIPE, stdout=PIPE, cwd=ROOT, limit=BUFFER
            )
        return self._process

    async def _stop(self) -> None:
        process, self._process, self._size = self._process, None, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.communicate()  # reads on to the end, so that no pipe is left open

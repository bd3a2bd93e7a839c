"""A client's side of one connection to the exchange, from its opening to its loss."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import count
from typing import Final, TypeVar

import msgspec
import structlog
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from adapters.exchange.errors import translated
from adapters.exchange.outbox import Outbox
from adapters.exchange.packets import Kind, event_of, unpack
from adapters.exchange.wire import Answer, Asked, Failed, Question, Told, encode, error_of, read_answer
from adapters.pacing.ear import Listener
from ports.clock import Clock
from ports.errors import Unavailable
from ports.telephony import LegEvent, LegKind

log = structlog.get_logger()

PATIENCE: Final = 5.0
"""Seconds to wait for an answer, as a rule."""

Expected = TypeVar("Expected", bound=Answer)


class Session:
    """Many questions and links at once. After its loss everything raises Unavailable."""

    def __init__(self, socket: ClientConnection, clock: Clock) -> None:
        self._socket = socket
        self._answers: dict[int, asyncio.Queue[Answer]] = {}
        self._listeners: dict[int, Listener] = {}
        self._numbers = count(1)
        self.outbox = Outbox(socket.send, clock)
        self.lost = False

    async def run(self) -> None:
        """Until the connection is lost or this is cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(self._send())
                try:
                    await self._read()
                finally:
                    sending.cancel()
        finally:
            self._lose()
            await self._socket.close()

    async def ask(self, question: Question, expected: type[Expected], *, within: float = PATIENCE) -> Expected:
        number, answers = self._enter()
        try:
            with translated():
                async with asyncio.timeout(within):
                    await self._socket.send(encode(Asked(id=number, what=question)), text=True)
                    return _checked(await answers.get(), expected)
        finally:
            self._answers.pop(number, None)

    async def follow(self, question: Question) -> AsyncIterator[LegEvent]:
        number, answers = self._enter()
        try:
            with translated():
                await self._socket.send(encode(Asked(id=number, what=question)), text=True)
            while True:
                event = _checked(await answers.get(), Told).event
                yield event
                if event.kind is LegKind.ENDED:
                    return
        finally:
            self._answers.pop(number, None)

    def listen(self, listener: Listener) -> int:
        """The number of a new link whose events go to that listener."""
        link = next(self._numbers)
        self._listeners[link] = listener
        return link

    def forget(self, link: int) -> None:
        self._listeners.pop(link, None)

    def _enter(self) -> tuple[int, asyncio.Queue[Answer]]:
        if self.lost:
            raise Unavailable("the connection to the exchange is lost")
        number = next(self._numbers)
        answers = self._answers[number] = asyncio.Queue()
        return number, answers

    async def _send(self) -> None:
        with suppress(ConnectionClosed):
            await self.outbox.run()

    async def _read(self) -> None:
        try:
            async for message in self._socket:
                if isinstance(message, bytes):
                    self._hear(message)
                else:
                    self._take(message)
        except ConnectionClosed:
            pass  # the same as an orderly end: everything that waits is told
        except (msgspec.MsgspecError, struct.error, ValueError):
            log.exception("exchange_is_malformed")

    def _take(self, message: str) -> None:
        answered = read_answer(message)
        waiting = self._answers.get(answered.id)
        if waiting is not None:
            waiting.put_nowait(answered.what)

    def _hear(self, message: bytes) -> None:
        for packet in unpack(message):
            listener = self._listeners.get(packet.link)
            if listener is None:
                continue
            if packet.kind == Kind.OVER:
                del self._listeners[packet.link]
                listener.end()
            else:
                listener.hear(event_of(packet))

    def _lose(self) -> None:
        self.lost = True
        for waiting in self._answers.values():
            waiting.put_nowait(Failed(error="Unavailable", message="the connection to the exchange is lost"))
        for listener in self._listeners.values():
            listener.end()
        self._listeners.clear()


def _checked(answer: Answer, expected: type[Expected]) -> Expected:
    if isinstance(answer, Failed):
        raise error_of(answer)
    if not isinstance(answer, expected):
        raise Unavailable(f"the exchange answered {type(answer).__name__}")
    return answer

"""A process's one connection to the exchange: made when it is needed, and made again after it was lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog
from websockets.asyncio.client import connect

from adapters.exchange.errors import translated
from adapters.exchange.server import PING_SECONDS
from adapters.exchange.session import Session
from adapters.exchange.wire import MOST_BYTES, SECRET_HEADER
from ports.clock import Clock
from ports.errors import Unavailable

log = structlog.get_logger()

CONNECT_SECONDS: Final = 3.0


class ExchangeConnection:
    """Lives while `running` does. With an empty secret it can only join by invitation."""

    def __init__(self, url: str, secret: str, clock: Clock) -> None:
        self.url = url
        self.clock = clock
        self._secret = secret
        self._making = asyncio.Lock()
        self._session: Session | None = None
        self._group: asyncio.TaskGroup | None = None
        self._running: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ExchangeConnection"]:
        group = asyncio.TaskGroup()
        await group.__aenter__()  # by hand, so that an error of our caller's stays itself and is put into no group
        self._group = group
        try:
            yield self
        finally:
            self._group = None
            for task in self._running:
                task.cancel()
            await group.__aexit__(None, None, None)

    async def session(self) -> Session:
        """The one that lives, or a new one. Raises Unavailable, or Refused when the exchange has another secret."""
        async with self._making:
            if self._session is None or self._session.lost:
                self._session = await self._connect()
            return self._session

    async def _connect(self) -> Session:
        if self._group is None:
            raise Unavailable("this connection is not running")
        with translated():
            socket = await connect(
                self.url,
                additional_headers={SECRET_HEADER: self._secret} if self._secret else None,
                compression=None,
                proxy=None,
                user_agent_header=None,
                open_timeout=CONNECT_SECONDS,
                close_timeout=1.0,
                max_size=MOST_BYTES,
                ping_interval=PING_SECONDS,
                ping_timeout=2 * PING_SECONDS,
            )
        session = Session(socket, self.clock)
        if self._group is None:  # it was closed meanwhile
            await socket.close()
            raise Unavailable("this connection is not running")
        task = self._group.create_task(self._run(session))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return session

    async def _run(self, session: Session) -> None:
        await session.run()
        log.info("exchange_connection_lost")

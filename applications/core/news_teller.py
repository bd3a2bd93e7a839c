"""Tells the API what happens in a live call, as well as it can and never in the call's way."""

import asyncio
from collections import deque
from itertools import count
from typing import Final

import structlog

from domain.ids import CallId
from ports.clock import Clock
from ports.errors import PortError
from ports.messages.calls import CallNews, CoreJoined
from ports.result_sink import ResultSink

MOST_WAITING: Final = 100
TRIES: Final = 3
PAUSE: Final = 0.5

log = structlog.get_logger()


class NewsTeller:
    """The news of one call, in order. That a Core is in it is said until it is heard, since others act on that; what
    else the API does not take is dropped: the result brings it all again."""

    def __init__(self, call_id: CallId, sink: ResultSink, clock: Clock) -> None:
        self._call_id = call_id
        self._sink = sink
        self._clock = clock
        self._waiting: deque[CallNews] = deque(maxlen=MOST_WAITING)
        self._some = asyncio.Event()

    def tell(self, news: CallNews) -> None:
        self._waiting.append(news)
        self._some.set()

    async def run(self) -> None:
        """Until cancelled. What was not told by then is told by the next run, in its place: told twice it is known
        once."""
        while True:
            while self._waiting:
                await self._tell_first(self._waiting[0])
            self._some.clear()
            await self._some.wait()

    async def _tell_first(self, news: CallNews) -> None:
        if not await self._told(news):
            log.info("news_not_told", call_id=self._call_id, news=type(news).__name__)
        if self._waiting[0] is news:  # unless it was the oldest of too many meanwhile
            self._waiting.popleft()

    async def _told(self, news: CallNews) -> bool:
        for _ in count() if isinstance(news, CoreJoined) else range(TRIES):
            try:
                await self._sink.tell(self._call_id, news)
            except PortError as error:
                if not error.retryable:
                    return False
                await self._clock.sleep(PAUSE)
            else:
                return True
        return False

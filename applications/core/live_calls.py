"""The calls that this Core has, those it had lately, and whether it may have one more."""

import asyncio
from collections import OrderedDict
from typing import Final

from domain.ids import CallId
from ports.errors import Busy
from ports.messages.core import Attach, CallRequest, Receive

REMEMBERED: Final = 10_000
"""Calls that are over and still known, so that a request that comes again is not a second call."""


class LiveCalls:
    """A call is live, then being concluded, then remembered."""

    def __init__(self, *, capacity: int, message_slots: int) -> None:
        self.capacity = capacity
        self.draining = False
        self._message_slots = message_slots
        self._live: dict[CallId, CallRequest] = {}
        self._concluding: set[CallId] = set()
        self._over: OrderedDict[CallId, None] = OrderedDict()
        self._idle = asyncio.Event()
        self._idle.set()

    def __len__(self) -> int:
        return len(self._live)

    def __contains__(self, call_id: CallId) -> bool:
        return call_id in self._live

    def ids(self) -> tuple[CallId, ...]:
        return tuple(self._live)

    def admit(self, request: CallRequest) -> bool:
        """Whether it is a new call. Raises Busy when it may not be had."""
        call_id = request.call_id
        if call_id in self._live or call_id in self._concluding or call_id in self._over:
            return False
        if self.draining:
            raise Busy("draining", retry_after=5.0)
        message_only = _message_only(request)
        taken = sum(1 for other in self._live.values() if _message_only(other) is message_only)
        if taken >= (self._message_slots if message_only else self.capacity):
            raise Busy("full")
        self._live[call_id] = request
        self._idle.clear()
        return True

    def forget(self, call_id: CallId) -> None:
        """It never began."""
        self._live.pop(call_id, None)
        self._settle()

    def finish(self, call_id: CallId) -> CallRequest | None:
        """Its slot is free from now on. None when it is not live, and so not to be concluded (again)."""
        request = self._live.pop(call_id, None)
        if request is not None:
            self._concluding.add(call_id)
        return request

    def concluded(self, call_id: CallId) -> None:
        self._concluding.discard(call_id)
        self.remember(call_id)
        self._settle()

    def remember(self, call_id: CallId) -> None:
        """It is over: also one that an earlier life of this Core had, whose answer may have been lost with it."""
        self._over[call_id] = None
        if len(self._over) > REMEMBERED:
            self._over.popitem(last=False)

    async def idle(self) -> None:
        """Returns when no call is live or being concluded."""
        await self._idle.wait()

    def _settle(self) -> None:
        if not self._live and not self._concluding:
            self._idle.set()


def _message_only(request: CallRequest) -> bool:
    match request:
        case Attach():
            return request.message_only
        case Receive():
            return bool(request.notice)
    return False

"""Where the INVITE of each call came from, by its Call-ID, for as long as somebody may ask."""

import asyncio
from collections import OrderedDict
from typing import Final

from adapters.sip.stack_log import Invited

REMEMBERED: Final = 2000
"""INVITEs, repeats not counted."""

LATE: Final = 2.0
"""Seconds by which the stack's log may lag behind its events."""


class Sources:
    """The stack's events do not say the sender's address; its log does, on a thread of its own."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, Invited | None] = OrderedDict()
        self._news = asyncio.Event()

    def __len__(self) -> int:
        return len(self._found)

    def note(self, invited: Invited) -> None:
        """A Call-ID that comes from two addresses is believed of neither; one that the same address uses again is that
        of its newest call."""
        before = self._found.get(invited.call_id, invited)
        believed = before is not None and before.host == invited.host
        self._found[invited.call_id] = invited if believed else None
        while len(self._found) > REMEMBERED:
            self._found.popitem(last=False)
        self._news.set()

    async def of(self, call_id: str) -> Invited | None:
        """None when it cannot be told."""
        try:
            async with asyncio.timeout(LATE):
                while call_id not in self._found:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return None
        return self._found[call_id]

"""One leg's events as this process knows them, for any number of watchers."""

import asyncio
from collections.abc import AsyncIterator

from ports.errors import PortError
from ports.leg_ledger import LegStory
from ports.telephony import LegEvent, LegKind


class LegTrail:
    """Follows the story on record. `fail` ends it where nobody can say how the leg went on."""

    def __init__(self, story: LegStory) -> None:
        self.story = story
        self._failure: PortError | None = None
        self._changed = asyncio.Event()

    @property
    def over(self) -> bool:
        return self.story.end is not None or self._failure is not None

    def has(self, kind: LegKind) -> bool:
        return self.story.of(kind) is not None

    def become(self, story: LegStory) -> None:
        self.story = story
        self._wake()

    def fail(self, error: PortError) -> None:
        self._failure = error
        self._wake()

    async def watch(self) -> AsyncIterator[LegEvent]:
        seen = 0
        while True:
            changed = self._changed
            while seen < len(self.story.events):
                seen += 1
                yield self.story.events[seen - 1]
            if self.story.end is not None:
                return
            if self._failure is not None:
                raise self._failure
            await changed.wait()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

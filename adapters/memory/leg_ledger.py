"""Legs of this process, in memory."""

from domain.ids import CallId
from ports.errors import NotFound, Stale
from ports.leg_ledger import REMEMBERED, LegLedger, LegStory
from ports.telephony import LegEvent


class MemoryLegLedger(LegLedger):
    def __init__(self) -> None:
        self._stories: dict[CallId, LegStory] = {}

    async def open(self, story: LegStory) -> None:
        if story.call_id in self._stories:
            raise Stale("this leg is on record")
        self._forget_before(story)
        self._stories[story.call_id] = story

    async def note(self, call_id: CallId, event: LegEvent) -> LegStory:
        story = self._stories.get(call_id)
        if story is None:
            raise NotFound(f"no leg of call {call_id} is on record")
        noted = self._stories[call_id] = story.noting(event)
        return noted

    async def withdraw(self, call_id: CallId) -> None:
        self._stories.pop(call_id, None)

    async def find(self, call_id: CallId) -> LegStory | None:
        return self._stories.get(call_id)

    def _forget_before(self, story: LegStory) -> None:
        """The oldest come first, and each leg forgets as many as are due."""
        while self._stories:
            call_id, oldest = next(iter(self._stories.items()))
            if oldest.opened_at > story.opened_at - REMEMBERED:
                return
            del self._stories[call_id]

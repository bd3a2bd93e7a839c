"""Looks for one phone leg in its room, again and again, and knows whether LiveKit was away meanwhile."""

from typing import Final

from adapters.livekit.server import LiveKitServer
from adapters.livekit.sightings import Sight, look
from ports.clock import Clock
from ports.errors import Unavailable
from ports.leg_ledger import LegStory

LOOK_AGAIN: Final = 0.2
LOST_SECONDS: Final = 10.0
"""How long LiveKit may not answer until a leg counts as lost from sight."""

RETURN_SECONDS: Final = 15.0
"""After LiveKit was away, how long a leg may take to come back into its room. LiveKit's library, by which livekit-sip
joins too, was seen to try again after up to five."""


class Lookout:
    """A server that was killed and started again has its rooms as they were, and their parties come back one by one."""

    def __init__(self, server: LiveKitServer, story: LegStory, clock: Clock) -> None:
        self._server = server
        self._room = story.room
        self._party = story.party
        self._clock = clock
        self._back_by = 0.0

    @property
    def may_return(self) -> bool:
        """A leg that is not in its room now need not be over."""
        return self._clock.monotonic() < self._back_by

    async def once(self) -> Sight:
        try:
            return await look(self._server, self._room, self._party)
        except Unavailable:
            self._back_by = self._clock.monotonic() + RETURN_SECONDS
            raise

    async def patiently(self) -> Sight:
        """Asks again while LiveKit does not answer. Raises Unavailable when it has not for long."""
        give_up_at = self._clock.monotonic() + LOST_SECONDS
        while True:
            try:
                return await self.once()
            except Unavailable:
                if self._clock.monotonic() > give_up_at:
                    raise
            await self._clock.sleep(LOOK_AGAIN)

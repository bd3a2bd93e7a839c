"""The channel of its trunk that a second leg has from before its INVITE until it has ended: the API's to give."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from domain.ids import CallId
from ports.channel_desk import ChannelDesk
from ports.clock import Clock
from ports.errors import Busy, PortError, Refused, Unavailable

PATIENCE: Final = 5.0
"""Seconds for which one is asked for while the API is away, or the trunk may place no more calls just now."""

PAUSE: Final = 0.5
HOLD_ON_EVERY: Final = 10.0
"""Two of three times may fail before it counts as free."""

API_AWAY: Final = "api_away"
CONGESTION: Final = "congestion"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegChannel:
    """Where this Core is lost, nobody asks for it any more, and it is free soon."""

    desk: ChannelDesk
    clock: Clock

    async def take(self, call_id: CallId, leg_id: CallId) -> str | None:
        """None once the leg has one, otherwise a word for why not: `no_channel` at once when none is free."""
        give_up_at = self.clock.monotonic() + PATIENCE
        while True:
            try:
                await self.desk.hold(call_id, leg_id)
            except Refused as refused:
                return refused.reason
            except (Busy, Unavailable) as not_now:
                if self.clock.monotonic() + PAUSE > give_up_at:
                    return CONGESTION if isinstance(not_now, Busy) else API_AWAY
            else:
                return None
            await self.clock.sleep(PAUSE)

    async def keep(self, call_id: CallId, leg_id: CallId) -> None:
        """Until cancelled. The leg goes on whatever the API says: it has been placed."""
        while True:
            await self.clock.sleep(HOLD_ON_EVERY)
            with suppress(PortError):
                await self.desk.hold(call_id, leg_id)

    async def give_back(self, call_id: CallId, leg_id: CallId) -> None:
        with suppress(PortError):  # it is free soon in any case
            await self.desk.give_back(call_id, leg_id)

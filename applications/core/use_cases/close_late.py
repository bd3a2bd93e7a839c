"""A room into which somebody may come back after its call is closed again, once whoever carries it is there."""

from dataclasses import dataclass
from typing import Final

import structlog

from domain.ids import CallId
from ports.clock import Clock
from ports.errors import PortError
from ports.rooms import RETURNS, Rooms

PAUSE: Final = 1.0
GIVE_UP_AFTER: Final = 600.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseLate:
    """A callee is not left alone on the line because a media server was away at the end of the call."""

    rooms: Rooms
    clock: Clock

    async def __call__(self, call_id: CallId) -> None:
        give_up_at = self.clock.monotonic() + GIVE_UP_AFTER
        while not await self._closed(call_id):
            if self.clock.monotonic() > give_up_at:
                log.error("room_never_closed", call_id=call_id)
                return
            await self.clock.sleep(PAUSE)
        log.info("room_closed_late", call_id=call_id)
        for pause in RETURNS:
            await self.clock.sleep(pause)
            await self._closed(call_id)

    async def _closed(self, call_id: CallId) -> bool:
        try:
            await self.rooms.close(call_id)
        except PortError:
            return False
        return True

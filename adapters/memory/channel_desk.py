"""The memory twin of the API as the place where channels for second legs come from."""

from contextlib import suppress
from typing import Final

from adapters.memory.allotments import MemoryAllotments
from domain.ids import CallId
from ports.channel_desk import ChannelDesk
from ports.clock import Clock
from ports.errors import PortError, Refused

TRUNK: Final = "the one trunk"
HOLD_SECONDS: Final = 30.0


class MemoryChannelDesk(ChannelDesk):
    """All calls go by one trunk that has so many `channels` for second legs. `failing` is raised by everything while it
    is set, `failures` for single calls."""

    def __init__(self, clock: Clock, *, channels: int = 10) -> None:
        self.channels = channels
        self.failing: PortError | None = None
        self.failures: dict[CallId, PortError] = {}
        self._shares = MemoryAllotments(clock)

    async def hold(self, call_id: CallId, leg_id: CallId) -> None:
        self._fail_where_told(call_id)
        if not await self._shares.hold(TRUNK, leg_id, units=1, limit=self.channels, seconds=HOLD_SECONDS):
            raise Refused("no channel is free", reason="no_channel")

    async def give_back(self, call_id: CallId, leg_id: CallId) -> None:
        with suppress(Refused):
            self._fail_where_told(call_id)
        await self._shares.hold(TRUNK, leg_id, units=0, limit=0, seconds=HOLD_SECONDS)

    async def held(self) -> set[str]:
        """The legs that hold one now."""
        return set(await self._shares.held(TRUNK))

    def _fail_where_told(self, call_id: CallId) -> None:
        failure = self.failing or self.failures.get(call_id)
        if failure is not None:
            raise failure

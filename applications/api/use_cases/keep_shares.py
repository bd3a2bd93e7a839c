"""Holds on to what live dialouts and calls that came in use, and to the API's part of every trunk."""

from dataclasses import dataclass
from typing import Final

from domain.calls.call import HOLD_THEIR_OWN, Call
from domain.routing.fleet import CoreServer
from domain.routing.shares import DIALLERS, MOST_DIALLERS, channels_of, slots_of
from ports.allotments import Allotments
from ports.call_store import CallStore
from ports.errors import NotFound
from ports.fleet_registry import FleetRegistry
from ports.trunk_store import TrunkStore

EVERY_SECONDS: Final = 5.0
HOLD_SECONDS: Final = 30.0
"""Several rounds may fail before something in use counts as free."""

NAME: Final = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepShares:
    """Diallers share trunks out among all who place calls; without this they would leave nothing for dialouts."""

    calls: CallStore
    fleet: FleetRegistry
    trunks: TrunkStore
    allotments: Allotments

    async def __call__(self) -> None:
        await self.allotments.hold(DIALLERS, NAME, units=1, limit=MOST_DIALLERS, seconds=HOLD_SECONDS)
        for server in await self.fleet.all():
            for call in await self.calls.live_on(server.id):
                if call.direction in HOLD_THEIR_OWN:
                    await self._hold_on(call, server)

    async def _hold_on(self, call: Call, server: CoreServer) -> None:
        slots, channels = slots_of(server.id), channels_of(call.trunk_id)
        await self.allotments.hold(slots, call.id, units=1, limit=server.capacity, seconds=HOLD_SECONDS)
        try:
            trunk = await self.trunks.get(call.brand, call.trunk_id)
        except NotFound:
            return
        await self.allotments.hold(channels, call.id, units=1, limit=trunk.channels, seconds=HOLD_SECONDS)

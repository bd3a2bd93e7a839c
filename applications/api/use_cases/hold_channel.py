"""Holds a channel of a call's trunk for a leg that its Core places beside the call's own."""

from dataclasses import dataclass
from typing import Final

import structlog

from applications.api.no_room import NoRoom
from applications.api.use_cases.take_trunk import TakeTrunk
from domain.calls.call import Call, CallState
from domain.calls.transfer import is_second_leg
from domain.errors import Fault, InvalidValue
from domain.ids import CallId
from domain.routing.shares import channels_of
from domain.routing.trunk import Trunk
from ports.allotments import Allotments
from ports.call_store import CallStore
from ports.errors import NotFound, Refused
from ports.trunk_store import TrunkStore

HOLD_SECONDS: Final = 30.0
"""A Core asks again every ten; one that is lost is missed after this."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldChannel:
    """It is held in the leg's own name, whoever holds that of its call."""

    calls: CallStore
    trunks: TrunkStore
    allotments: Allotments
    take_trunk: TakeTrunk

    async def __call__(self, call_id: CallId, leg_id: CallId) -> None:
        """A leg that holds one already holds on to it. Raises NotFound for a call that nobody knows; Refused with
        `call_ended`, with `trunk` when that is gone or disabled, and with `no_channel`; NoRoom when there is a channel
        and no place in the trunk's rate."""
        call = await self._live(call_id, leg_id)
        trunk = await self._trunk(call)
        held = await self.allotments.held(channels_of(trunk.id))
        if leg_id not in held and not trunk.enabled:
            raise Refused(f"trunk {trunk.id} is disabled", reason="trunk")
        if not await self._hold(leg_id, trunk, units=1):
            log.info("no_channel_free", call_id=call_id, leg=leg_id, trunk_id=trunk.id)
            raise Refused(f"no channel is free on trunk {trunk.name}", reason="no_channel")
        if leg_id not in held and not await self.take_trunk.take_turn(leg_id, trunk):
            await self._hold(leg_id, trunk, units=0)
            raise NoRoom(f"trunk {trunk.id} may place no more calls just now")

    async def give_back(self, call_id: CallId, leg_id: CallId) -> None:
        """Raises NotFound for a call that nobody knows."""
        call = await self.calls.find(call_id)
        _require_leg(leg_id, call)
        await self.allotments.hold(channels_of(call.trunk_id), leg_id, units=0, limit=0, seconds=1.0)

    async def _live(self, call_id: CallId, leg_id: CallId) -> Call:
        call = await self.calls.find(call_id)
        _require_leg(leg_id, call)
        if call.state is CallState.ENDED:
            raise Refused(f"call {call_id} is over", reason="call_ended")
        return call

    async def _trunk(self, call: Call) -> Trunk:
        try:
            return await self.trunks.get(call.brand, call.trunk_id)
        except NotFound:
            raise Refused(f"trunk {call.trunk_id} is gone", reason="trunk") from None

    async def _hold(self, leg_id: CallId, trunk: Trunk, *, units: int) -> int:
        return await self.allotments.hold(
            channels_of(trunk.id), leg_id, units=units, limit=trunk.channels, seconds=HOLD_SECONDS
        )


def _require_leg(leg_id: CallId, call: Call) -> None:
    if not is_second_leg(leg_id, call.id):
        raise InvalidValue(Fault(field="leg_id", reason="is no leg of that call"))

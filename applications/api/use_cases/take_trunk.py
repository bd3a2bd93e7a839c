"""Finds a trunk for one dialout, and takes a channel and a place in its rate."""

from dataclasses import dataclass
from typing import Final

from applications.api.no_room import NoRoom
from domain.ids import BrandId, CallId
from domain.routing.shares import PARTS_A_CALL, channels_of, rate_of
from domain.routing.trunk import Trunk, disabled_for, trunks_for
from ports.allotments import Allotments
from ports.errors import Refused
from ports.trunk_store import TrunkStore

HOLD_SECONDS: Final = 90.0
"""Longer than a call rings; once a Core is in it, its channel and slot are held on for as long as it lasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeTrunk:
    """The channel is held in the call's name, so that taking it again takes nothing more."""

    trunks: TrunkStore
    allotments: Allotments

    async def __call__(self, brand: BrandId, call_id: CallId, phone: str) -> Trunk:
        """Raises Refused with `no_trunk` when none reaches the number and with `trunk_disabled` when those that do are
        disabled, NoRoom when they are full."""
        trunks = await self.trunks.all(brand)
        if off := disabled_for(trunks, phone):
            raise switched_off(*off)
        if not trunks_for(trunks, phone, {}):
            raise Refused("no trunk reaches the number", reason="no_trunk")
        in_use = {t.id: sum((await self.allotments.held(channels_of(t.id))).values()) for t in trunks}
        for trunk in trunks_for(trunks, phone, in_use):
            if await self.hold(call_id, trunk):
                return trunk
        raise NoRoom("all trunks that reach the number are full", retry_after=5.0)

    async def hold(self, call_id: CallId, trunk: Trunk) -> bool:
        """Whether there was a channel, and a place in the rate."""
        held = await self.allotments.hold(
            channels_of(trunk.id), call_id, units=1, limit=trunk.channels, seconds=HOLD_SECONDS
        )
        if held and await self.take_turn(call_id, trunk):
            return True
        await self.give_back(call_id, trunk)
        return False

    async def take_turn(self, call_id: CallId, trunk: Trunk) -> bool:
        """Whether there was a place in the rate. One call costs a hundred parts for a second, or what there is for as
        much longer."""
        limit = max(1, int(trunk.calls_per_second * PARTS_A_CALL))
        name = rate_of(trunk.id)
        parts = await self.allotments.hold(name, call_id, units=PARTS_A_CALL, limit=limit, seconds=1.0)
        if 0 < parts < PARTS_A_CALL:
            await self.allotments.hold(name, call_id, units=parts, limit=limit, seconds=PARTS_A_CALL / parts)
        return parts > 0

    async def give_back(self, call_id: CallId, trunk: Trunk) -> None:
        await self.allotments.hold(channels_of(trunk.id), call_id, units=0, limit=trunk.channels, seconds=1.0)


def switched_off(*trunks: Trunk) -> Refused:
    """What is said of a call that could leave by these alone."""
    names = ", ".join(f"{trunk.name} ({trunk.id})" for trunk in trunks)
    return Refused(f"every trunk that reaches the number is disabled: {names}", reason="trunk_disabled")

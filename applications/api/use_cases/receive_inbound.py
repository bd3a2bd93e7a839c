"""Finds a Core for a call that came in, or says why nobody will answer it; the call is on record either way."""

from dataclasses import dataclass, replace
from typing import Final

import structlog

from applications.api.no_room import NoRoom
from applications.api.use_cases.conclude_call import ConcludeCall
from applications.api.use_cases.identify_did import Called, IdentifyDid
from applications.api.use_cases.place_call import PlaceCall
from applications.api.use_cases.take_trunk import HOLD_SECONDS
from domain.calls.call import Call, CallState, Direction
from domain.calls.outcome import Outcome
from domain.ids import CallId, ServerId
from domain.routing.did import TurnedAway
from domain.routing.shares import channels_of
from domain.routing.trunk import Trunk
from ports.allotments import Allotments
from ports.call_store import CallStore
from ports.clock import Clock
from ports.errors import NotFound, Stale, Unavailable
from ports.messages.core import Receive
from ports.messages.inbound import Arrived, Received

TRIES: Final = 5
"""How often the call is read anew when somebody else, asked for the same call, has written first."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveInbound:
    """Whoever is asked for a call goes on from its document, which names a Core before that Core is asked: so two who
    are asked at once, or one who is asked again after a crash, give it to the same one."""

    calls: CallStore
    allotments: Allotments
    identify_did: IdentifyDid
    place: PlaceCall
    conclude: ConcludeCall
    clock: Clock

    async def __call__(self, arrived: Arrived) -> Received:
        """Raises Unavailable when somebody else is at it for longer than one should wait."""
        for _ in range(TRIES):
            try:
                return await self._receive(arrived)
            except Stale:
                continue
        raise Unavailable("others kept writing first")

    async def _receive(self, arrived: Arrived) -> Received:
        call = await self._known(arrived.call_id)
        if call is not None and call.state is not CallState.PLANNED:
            return Received(turned_away=_turned_away(call))
        called = await self.identify_did(arrived)
        if called is None:
            log.warning("inbound_by_unknown_trunk", call_id=arrived.call_id, trunk_id=arrived.trunk_id)
            return Received(turned_away=TurnedAway.UNKNOWN_NUMBER)
        if call is None:
            call = await self.calls.add(self._call(arrived.call_id, called))
        if called.turned_away is not None:
            return await self._turn_away(call, called, called.turned_away)
        return await self._give(call, called)

    async def _known(self, call_id: CallId) -> Call | None:
        try:
            return await self.calls.find(call_id)
        except NotFound:
            return None

    def _call(self, call_id: CallId, called: Called) -> Call:
        return Call(
            id=call_id,
            brand=called.trunk.brand,
            direction=Direction.INBOUND,
            bot_id=called.bot_id,
            bot_version=called.version.number if called.version else 0,
            phone=called.caller,
            caller_number=called.number,
            trunk_id=called.trunk.id,
            created_at=self.clock.now(),
            variables={"caller": called.caller, "did": called.number},
        )

    async def _give(self, call: Call, called: Called) -> Received:
        await self._hold_channel(call, called.trunk)
        try:
            await self._place(call, "")
        except NoRoom:
            now = await self.calls.get(call.brand, call.id)
            return await self._turn_away(now, called, TurnedAway.FULL)
        return Received()

    async def _hold_channel(self, call: Call, trunk: Trunk) -> None:
        """The call has its channel by now, whatever Diallers meant to use it for: it is taken in any case."""
        held = await self.allotments.hold(
            channels_of(trunk.id), call.id, units=1, limit=trunk.channels, seconds=HOLD_SECONDS
        )
        if not held:
            log.info("inbound_beyond_channels", call_id=call.id, trunk_id=trunk.id)

    async def _turn_away(self, call: Call, called: Called, why: TurnedAway) -> Received:
        """With a message where one is wanted and a Core has time to speak it; with the busy tone otherwise."""
        notice = called.did.message_for(why) if called.did else ""
        if notice:
            try:
                await self._place(call, notice)
            except NoRoom:
                call = await self.calls.get(call.brand, call.id)
            else:
                return Received()
        await self._free_channel(call)
        concluded = await self.conclude(call.brand, call.id, Outcome.TURNED_AWAY, detail=why.value)
        return Received(turned_away=_turned_away(concluded))

    async def _free_channel(self, call: Call) -> None:
        await self.allotments.hold(channels_of(call.trunk_id), call.id, units=0, limit=0, seconds=1.0)

    async def _place(self, call: Call, notice: str) -> None:
        """Raises NoRoom, and Stale when somebody else writes to the call meanwhile."""
        latest = call

        async def name_first(server_id: ServerId) -> None:
            nonlocal latest
            latest = await self.calls.save(replace(latest, server_id=server_id))

        request = Receive(call_id=call.id, brand=call.brand, bot_id=call.bot_id, notice=notice)
        server_id = await self.place(call, request, before=name_first)
        log.info("inbound_placed", call_id=call.id, server_id=server_id, trunk_id=call.trunk_id, notice=bool(notice))


def _turned_away(call: Call) -> TurnedAway | None:
    """Why it was not talked to, where it was not."""
    result = call.result
    if result is None or result.outcome is not Outcome.TURNED_AWAY or not result.detail:
        return None
    return next((why for why in TurnedAway if why.value == result.detail), None)

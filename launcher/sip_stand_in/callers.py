"""Calls that come in: into the room that their dispatch rule says, and turned away where there is no rule."""

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog

from launcher.sip_stand_in.dispatch import guest, rule_for, trunk_for
from launcher.sip_stand_in.faults import TwirpFault
from launcher.sip_stand_in.leg import LegTerms
from launcher.sip_stand_in.legs import Legs
from launcher.sip_stand_in.names import new_id
from launcher.sip_stand_in.participants import LONGEST_SECONDS, RING_SECONDS, seconds
from launcher.sip_stand_in.trunks import Trunks
from ports.audio_links import AudioLink
from ports.carrier import Carrier, Incoming, Reception, Refer
from ports.errors import PortError, Unavailable
from ports.rooms import Rooms

log = structlog.get_logger()

TURNING_AWAY_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Callers:
    """They are answered once somebody else in their room has published sound."""

    legs: Legs
    trunks: Trunks
    rooms: Rooms

    async def run(self, carrier: Carrier) -> None:
        """For as long as the carrier brings somebody."""
        async with asyncio.TaskGroup() as tasks:
            async for incoming in carrier.arrivals():
                tasks.create_task(self._take(incoming))

    async def _take(self, incoming: Incoming) -> None:
        arrival, call_id = incoming.arrival, new_id("SCL")
        trunk = trunk_for(self.trunks.inbound, arrival)
        rule = rule_for(self.trunks.rules, trunk, arrival)
        if rule is None:
            log.info("caller_turned_away", sip_call_id=call_id, why="no dispatch rule")
            await _turn_away(incoming)
            return
        who = guest(rule, trunk, arrival, call_id)
        terms = LegTerms(
            call_id=call_id,
            tag=new_id("tag"),
            ring_timeout=RING_SECONDS if trunk is None else seconds(trunk.ringing_timeout, RING_SECONDS),
            max_duration=LONGEST_SECONDS if trunk is None else seconds(trunk.max_call_duration, LONGEST_SECONDS),
            inbound=True,
        )
        try:
            await self.rooms.open(who.room)
            await self.legs.begin(who, terms, incoming.carry)
        except (PortError, TwirpFault) as error:
            log.warning("caller_turned_away", sip_call_id=call_id, why=type(error).__name__)
            await _turn_away(incoming)


class _Nobody(Reception):
    """Wants no call. `rings` is set once it could be refused."""

    def __init__(self) -> None:
        self.rings = asyncio.Event()

    async def ringing(self) -> None:
        """Nobody is told."""

    async def answered(self, refer: Refer | None = None) -> AudioLink:  # noqa: ARG002  # the port's
        raise Unavailable("nobody wants this call")

    async def wanted(self) -> None:
        self.rings.set()
        await asyncio.Event().wait()


async def _turn_away(incoming: Incoming) -> None:
    """With the busy tone."""
    nobody = _Nobody()
    async with asyncio.TaskGroup() as group:
        carrying = group.create_task(incoming.carry(nobody))
        ringing = group.create_task(nobody.rings.wait())
        await asyncio.wait({carrying, ringing}, timeout=TURNING_AWAY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        carrying.cancel()
        ringing.cancel()

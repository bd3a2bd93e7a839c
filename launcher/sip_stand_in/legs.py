"""All legs that are up, each a task of its own."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import structlog

from launcher.sip_stand_in.faults import TwirpFault
from launcher.sip_stand_in.leg import STOPPING, Carry, Leg, LegTerms
from launcher.sip_stand_in.phone import Phones
from ports.clock import Clock
from ports.errors import PortError, Refused

log = structlog.get_logger()

FULL: Final = ("unavailable", "twirp error unknown: cpu exhausted")
"""Recorded of livekit-sip when it has more to do than it wants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Who comes into which room, and what the others see of it."""

    room: str
    identity: str
    name: str
    metadata: str
    attributes: Mapping[str, str]


class Legs:
    """At most `most` at once."""

    def __init__(self, phones: Phones, clock: Clock, most: int) -> None:
        self._phones = phones
        self._clock = clock
        self._most = most
        self._group: asyncio.TaskGroup | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._legs: dict[tuple[str, str], Leg] = {}
        self._draining = False

    def __len__(self) -> int:
        return len(self._running)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                yield
            finally:
                await self.drain()
                self._group = None

    async def begin(self, guest: Guest, terms: LegTerms, carry: Carry) -> Leg:
        """Returns once it is in its room. Raises TwirpFault where it cannot be."""
        if self._group is None or self._draining or len(self._running) >= self._most:
            raise TwirpFault(*FULL)
        entered: asyncio.Future[Leg] = asyncio.get_running_loop().create_future()
        task = self._group.create_task(self._live(guest, terms, carry, entered))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await entered

    def find(self, room: str, identity: str) -> Leg:
        try:
            return self._legs[room, identity]
        except KeyError:
            raise TwirpFault("not_found", "participant does not exist") from None

    async def drain(self) -> None:
        """Hang up all that are there; nobody else comes."""
        self._draining = True
        for leg in tuple(self._legs.values()):
            leg.stop(STOPPING)
        if self._running:
            await asyncio.wait(set(self._running))

    async def _live(self, guest: Guest, terms: LegTerms, carry: Carry, entered: asyncio.Future[Leg]) -> None:
        place = guest.room, guest.identity
        leg: Leg | None = None
        try:
            async with self._phones.joined(
                guest.room, guest.identity, name=guest.name, metadata=guest.metadata, attributes=guest.attributes
            ) as phone:
                leg = self._legs[place] = Leg(terms, phone, self._clock)
                if not entered.done():
                    entered.set_result(leg)
                if self._draining:
                    leg.stop(STOPPING)
                await leg.run(carry)
        except PortError as error:
            log.warning("leg_not_in_its_room", sip_call_id=terms.call_id, error=type(error).__name__)
            if not entered.done():
                entered.set_exception(_fault(error))
        finally:
            if leg is not None and self._legs.get(place) is leg:
                del self._legs[place]
            if not entered.done():
                entered.set_exception(TwirpFault("internal", "the participant did not join"))


def _fault(error: PortError) -> TwirpFault:
    if isinstance(error, Refused) and error.reason == "closed":
        return TwirpFault("not_found", "requested room does not exist")
    return TwirpFault("unavailable", "the media server could not be joined")

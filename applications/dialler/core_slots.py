"""The block of Core slots that this Dialler holds, and which calls are using them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.ids import CallId, ServerId
from ports.errors import PortError
from ports.fleet_desk import FleetDesk
from ports.messages.fleet import Grant, ReservationRequest

HOLD_SECONDS: Final = 10.0
"""How long a block outlives a Dialler that stops asking for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A Core for one call. `message_only` when it is beyond the Core's capacity; `run` is the life of it that took the
    call."""

    server_id: ServerId
    url: str
    message_only: bool = False
    run: str = ""


class CoreSlots:
    """Asks for slots as they are needed and gives each answered call a seat on one Core."""

    def __init__(self, desk: FleetDesk, holder: str) -> None:
        self._desk = desk
        self._holder = holder
        self._grants: Mapping[ServerId, Grant] = {}
        self._seats: dict[CallId, Seat] = {}
        self.cores = 0
        self.reachable = True

    async def refresh(self, wanted: int) -> None:
        """Set the block to `wanted` slots, seats in use included, as far as there is room. Never raises: with no API
        there are no free slots, and `reachable` says why. The block stays as it was then: it was granted for calls
        that ring already, and a Core refuses by itself what it has no room for."""
        request = ReservationRequest(holder=self._holder, slots=wanted, seconds=HOLD_SECONDS)
        try:
            reservation = await self._desk.reserve(request)
        except PortError:
            self.reachable = False
            return
        self.reachable = True
        self.cores = reservation.cores
        self._grants = {grant.server_id: grant for grant in reservation.grants}

    @property
    def in_use(self) -> int:
        return sum(1 for seat in self._seats.values() if not seat.message_only)

    @property
    def free(self) -> int:
        return sum(self._free_on(grant) for grant in self._grants.values()) if self.reachable else 0

    def seats(self) -> list[Seat]:
        """Where an answered call may go, best first: granted seats, then those for messages only."""
        granted = sorted(self._grants.values(), key=lambda grant: (-self._free_on(grant), grant.server_id))
        talking = [Seat(server_id=g.server_id, url=g.url) for g in granted if self._free_on(g) > 0]
        messages = [Seat(server_id=g.server_id, url=g.url, message_only=True) for g in granted]
        return [*talking, *messages]

    def take(self, call_id: CallId, seat: Seat) -> None:
        self._seats[call_id] = seat

    def give_back(self, call_id: CallId) -> None:
        self._seats.pop(call_id, None)

    def _free_on(self, grant: Grant) -> int:
        used = sum(1 for s in self._seats.values() if s.server_id == grant.server_id and not s.message_only)
        return max(0, grant.slots - used)

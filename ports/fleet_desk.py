"""Where a Dialler gets what it needs of the API before it may dial: Core slots and trunks."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.routing.trunk import Trunk
from ports.messages.fleet import Reservation, ReservationRequest


class FleetDesk(Protocol):
    """A Dialler's door to the API; all methods raise Unavailable when it does not answer."""

    @abstractmethod
    async def reserve(self, request: ReservationRequest) -> Reservation:
        """Set this holder's block of slots to what it asks for, as far as there is room; asking again replaces it."""

    @abstractmethod
    async def trunks(self) -> Sequence[Trunk]:
        """All trunks. Those that are disabled carry no call, and keep the simulated carrier from numbers they reach."""

"""The memory twin of the API as a Dialler's source of Core slots and trunks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.ids import ServerId
from domain.routing.trunk import Trunk
from ports.clock import Clock
from ports.errors import PortError
from ports.fleet_desk import FleetDesk
from ports.messages.fleet import Grant, Reservation, ReservationRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Slots by Core that one holder has until `until`, on the clock's monotonic time."""

    slots: dict[ServerId, int]
    until: float


class MemoryFleetDesk(FleetDesk):
    """`cores` says how many slots each healthy Core has; `failing` is raised by everything while it is set."""

    def __init__(self, clock: Clock, *, cores: Iterable[Grant] = (), trunks: Iterable[Trunk] = ()) -> None:
        self._clock = clock
        self._blocks: dict[str, _Block] = {}
        self.cores: list[Grant] = list(cores)
        self.known_trunks: list[Trunk] = list(trunks)
        self.failing: PortError | None = None
        self.lookups = 0

    async def reserve(self, request: ReservationRequest) -> Reservation:
        self._fail_where_told()
        self._blocks.pop(request.holder, None)
        grants, missing = [], request.slots
        for core in self.cores:
            slots = min(missing, core.slots - self._held(core.server_id))
            if slots > 0:
                grants.append(Grant(server_id=core.server_id, url=core.url, slots=slots))
                missing -= slots
        until = self._clock.monotonic() + request.seconds
        self._blocks[request.holder] = _Block(slots={g.server_id: g.slots for g in grants}, until=until)
        return Reservation(grants=tuple(grants), cores=len(self.cores))

    async def trunks(self) -> Sequence[Trunk]:
        self._fail_where_told()
        self.lookups += 1
        return tuple(self.known_trunks)

    def _held(self, server_id: ServerId) -> int:
        now = self._clock.monotonic()
        return sum(block.slots.get(server_id, 0) for block in self._blocks.values() if block.until > now)

    def _fail_where_told(self) -> None:
        if self.failing is not None:
            raise self.failing

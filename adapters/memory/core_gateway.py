"""The memory twin of a fleet of Cores, as those see it who hand them calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.ids import CallId, ServerId
from ports.core_gateway import CoreGateway
from ports.errors import Busy, NotFound, PortError, Unavailable, Unreached
from ports.messages.core import Attach, CallAccepted, CallRequest, CoreHealth, Order, Receive


@dataclass(slots=True, kw_only=True)
class MemoryCore:
    """One Core. A `dead` one does not answer; a call in `refusals` raises what stands there."""

    server_id: ServerId
    capacity: int = 10
    message_slots: int = 0
    run: str = "run-1"
    release: str = "0.0.0"
    draining: bool = False
    dead: bool = False
    calls: dict[CallId, CallRequest] = field(default_factory=dict)
    orders: list[tuple[CallId, Order]] = field(default_factory=list)
    refusals: dict[CallId, PortError] = field(default_factory=dict)

    def take(self, request: CallRequest) -> CallAccepted:
        if request.call_id not in self.calls:
            self._admit(request)
            self.calls[request.call_id] = request
        return CallAccepted(call_id=request.call_id, server_id=self.server_id, run=self.run)

    def _admit(self, request: CallRequest) -> None:
        if request.call_id in self.refusals:
            raise self.refusals[request.call_id]
        if self.draining:
            raise Busy(f"core {self.server_id} is draining")
        if len(self.calls) >= self.capacity + (self.message_slots if _message_only(request) else 0):
            raise Busy(f"core {self.server_id} is full")


def _message_only(request: CallRequest) -> bool:
    match request:
        case Attach():
            return request.message_only
        case Receive():
            return bool(request.notice)
    return False


class MemoryCoreGateway(CoreGateway):
    """Cores by URL; where there is none, nobody answers."""

    def __init__(self, cores: Mapping[str, MemoryCore] | None = None) -> None:
        self.cores: dict[str, MemoryCore] = dict(cores or {})

    async def health(self, url: str) -> CoreHealth:
        core = self._core(url)
        return CoreHealth(
            server_id=core.server_id,
            run=core.run,
            release=core.release,
            capacity=core.capacity,
            live=len(core.calls),
            draining=core.draining,
        )

    async def take(self, url: str, request: CallRequest) -> CallAccepted:
        return self._core(url).take(request)

    async def order(self, url: str, call_id: CallId, order: Order) -> None:
        core = self._core(url)
        if call_id not in core.calls:
            raise NotFound(f"core {core.server_id} has no call {call_id}")
        core.orders.append((call_id, order))

    async def end(self, url: str, call_id: CallId) -> None:
        self._core(url).calls.pop(call_id, None)

    def _core(self, url: str) -> MemoryCore:
        core = self.cores.get(url)
        if core is None:
            raise Unreached(f"nobody at {url}")
        if core.dead:
            raise Unavailable(f"no answer from {url}")
        return core

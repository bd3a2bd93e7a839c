"""A Dialler asks the API for Core slots and trunks."""

from collections.abc import Sequence
from typing import Final

import httpx
import msgspec

from adapters.http.client import HttpClient, understood
from domain.routing.trunk import Trunk
from ports.clock import Clock
from ports.fleet_desk import FleetDesk
from ports.messages.fleet import Reservation, ReservationRequest, TrunkList

FRESH_SECONDS: Final = 5.0
"""How long a list of trunks is good for."""


class HttpFleetDesk(FleetDesk):
    """`POST /api/v1/fleet/reservations`, and `GET /api/v1/sip/lookup` at most once in five seconds."""

    def __init__(
        self, base_url: str, secret: str, *, clock: Clock, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._api = HttpClient(base_url, secret, seconds=2.0, transport=transport)
        self._clock = clock
        self._trunks: tuple[Trunk, ...] = ()
        self._fresh_until: float | None = None

    async def reserve(self, request: ReservationRequest) -> Reservation:
        body = msgspec.json.encode(request)
        return understood(await self._api.ask("POST", "/api/v1/fleet/reservations", body=body), Reservation)

    async def trunks(self) -> Sequence[Trunk]:
        asked_at = self._clock.monotonic()
        if self._fresh_until is None or asked_at >= self._fresh_until:
            self._trunks = understood(await self._api.ask("GET", "/api/v1/sip/lookup"), TrunkList).trunks
            self._fresh_until = asked_at + FRESH_SECONDS
        return self._trunks

    async def aclose(self) -> None:
        await self._api.aclose()

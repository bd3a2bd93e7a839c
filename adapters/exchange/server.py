"""The exchange: the rooms and telephony of one process, served to others over WebSockets."""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from ipaddress import ip_address
from typing import Final

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from adapters.exchange.line import Line
from adapters.exchange.wire import MOST_BYTES, SECRET_HEADER
from adapters.memory.rooms import MemoryRooms
from adapters.memory.telephony import MemoryTelephony
from domain.measures import FRAMES_DROPPED, LEGS_LIVE, ROOMS_OPEN
from ports.clock import Clock
from ports.metrics import UNMEASURED, Metrics

PING_SECONDS: Final = 5.0
"""How often each side asks whether the other lives; twice that without an answer is a lost connection."""


class ExchangeServer:
    """`draining` is shown by /health; new dials are refused by the telephony itself."""

    def __init__(
        self,
        rooms: MemoryRooms,
        telephony: MemoryTelephony,
        clock: Clock,
        *,
        secret: str,
        metrics: Metrics = UNMEASURED,
    ) -> None:
        self._metrics = metrics
        self._rooms = rooms
        self._telephony = telephony
        self._clock = clock
        self._secret = secret.encode()

    @asynccontextmanager
    async def listening(self, host: str, port: int) -> AsyncIterator[int]:
        """Serves until it ends; yields the port, which the system chooses when it is given as 0."""
        async with serve(
            self._serve,
            host,
            port,
            process_request=self._receive,
            compression=None,
            max_size=MOST_BYTES,
            ping_interval=PING_SECONDS,
            ping_timeout=2 * PING_SECONDS,
            close_timeout=1.0,
            server_header=None,
        ) as server:
            yield _port_of(server)

    async def _serve(self, socket: ServerConnection) -> None:
        trusted = socket.request is not None and self._knows(socket.request) is True
        line = Line(socket, self._rooms, self._telephony, self._clock, trusted=trusted)
        await line.serve()
        self._metrics.count(FRAMES_DROPPED, by=line.dropped)

    async def _receive(self, socket: ServerConnection, request: Request) -> Response | None:
        if request.path == "/health":
            return self._health()
        if request.path == "/metrics" and (self._knows(request) or _is_from_here(socket, request)):
            return self._measured()
        if self._knows(request) is False:
            return _response(HTTPStatus.UNAUTHORIZED, b'{"detail":"wrong secret"}')
        return None

    def _knows(self, request: Request) -> bool | None:
        """None when no secret was shown: then a ticket must do."""
        shown = request.headers.get_all(SECRET_HEADER)
        return hmac.compare_digest(shown[0].encode(errors="surrogateescape"), self._secret) if shown else None

    def _health(self) -> Response:
        state = {
            "status": "draining" if self._telephony.draining else "ok",
            "legs": self._telephony.legs,
            "rooms": len(self._rooms),
        }
        return _response(HTTPStatus.OK, msgspec.json.encode(state))

    def _measured(self) -> Response:
        self._metrics.set(LEGS_LIVE, self._telephony.legs)
        self._metrics.set(ROOMS_OPEN, len(self._rooms))
        return _response(HTTPStatus.OK, self._metrics.page(), "text/plain; version=0.0.4; charset=utf-8")


def _is_from_here(socket: ServerConnection, request: Request) -> bool:
    """From this machine, and passed on by no proxy of this machine."""
    forwarded = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For"))
    return not forwarded and ip_address(socket.remote_address[0]).is_loopback


def _response(status: HTTPStatus, body: bytes, kind: str = "application/json") -> Response:
    headers = Headers({"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"})
    return Response(status.value, status.phrase, headers, body)


def _port_of(server: Server) -> int:
    port: int = next(iter(server.sockets)).getsockname()[1]
    return port

"""SIP messages over UDP and TCP on loopback."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol, cast

LONGEST: Final = 65536
_LENGTH: Final = re.compile(rb"(?im)^(?:content-length|l)[ \t]*:[ \t]*([0-9]{1,6})[ \t]*\r?$")


class Wire(Protocol):
    """A way to one peer. `reliable` means that nobody need repeat anything."""

    reliable: bool
    host: str
    port: int

    def send(self, data: bytes) -> None: ...


Arrived = Callable[[bytes, Wire], None]


@dataclass(slots=True)
class UdpWire:
    transport: asyncio.DatagramTransport
    host: str
    port: int
    reliable: bool = False

    def send(self, data: bytes) -> None:
        self.transport.sendto(data, (self.host, self.port))


@dataclass(slots=True)
class Framer:
    """Cuts a stream into messages by their Content-Length (RFC 3261 section 18.3)."""

    _rest: bytes = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are whole now. Raises ValueError for a stream that can be none."""
        self._rest += data
        messages = []
        while message := self._next():
            messages.append(message)
        return messages

    def _next(self) -> bytes:
        self._rest = self._rest.lstrip(b"\r\n")  # keep-alives
        head, end, body = self._rest.partition(b"\r\n\r\n")
        if not end:
            if len(head) > LONGEST:
                raise ValueError("a head without an end")
            return b""
        length = _LENGTH.search(head)
        size = int(length[1]) if length else 0
        if len(body) < size:
            return b""
        message, self._rest = head + end + body[:size], body[size:]
        return message


@dataclass(slots=True)
class TcpWire(asyncio.Protocol):
    arrived: Arrived
    opened: set["TcpWire"]
    host: str = ""
    port: int = 0
    reliable: bool = True
    _transport: asyncio.Transport | None = None
    _framer: Framer = field(default_factory=Framer)

    def __hash__(self) -> int:
        return id(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.host, self.port = transport.get_extra_info("peername")[:2]
        self.opened.add(self)

    def data_received(self, data: bytes) -> None:
        try:
            messages = self._framer.feed(data)
        except ValueError:
            self.close()
            return
        for message in messages:
            self.arrived(message, self)

    def connection_lost(self, _error: Exception | None) -> None:
        self.opened.discard(self)

    def send(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


@dataclass(slots=True)
class _Datagrams(asyncio.DatagramProtocol):
    arrived: Arrived
    transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, source: tuple[str, int]) -> None:
        assert self.transport is not None
        if data.strip(b"\r\n\0"):  # the rest is keep-alives
            self.arrived(data, UdpWire(self.transport, source[0], source[1]))


@dataclass(slots=True)
class Transport:
    """One port for both."""

    host: str
    port: int
    arrived: Arrived
    _udp: asyncio.DatagramTransport | None = None
    _tcp: asyncio.Server | None = None
    _opened: set[TcpWire] = field(default_factory=set)

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._udp, self._tcp = await self._both(loop)
        self.port = self._udp.get_extra_info("sockname")[1]

    async def _both(self, loop: asyncio.AbstractEventLoop) -> tuple[asyncio.DatagramTransport, asyncio.Server]:
        """With no port asked for, the first free one of UDP whose number TCP has free too."""
        while True:
            udp, _ = await loop.create_datagram_endpoint(
                lambda: _Datagrams(self.arrived), local_addr=(self.host, self.port)
            )
            number = udp.get_extra_info("sockname")[1]
            try:
                return udp, await loop.create_server(lambda: TcpWire(self.arrived, self._opened), self.host, number)
            except OSError:
                udp.close()
                if self.port:
                    raise

    async def wire(self, host: str, port: int, protocol: str = "udp") -> Wire:
        if protocol == "tcp":
            loop = asyncio.get_running_loop()
            _, wire = await loop.create_connection(lambda: TcpWire(self.arrived, self._opened), host, port)
            return wire
        assert self._udp is not None
        return UdpWire(self._udp, host, port)

    async def aclose(self) -> None:
        for wire in tuple(self._opened):
            wire.close()
        if self._udp is not None:
            self._udp.close()
        if self._tcp is not None:
            self._tcp.close()
            await self._tcp.wait_closed()
        await asyncio.sleep(0)  # closing transports is done by the loop's next round

"""Where the stack's servers listen: on this machine alone, on ports that the environment may change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from domain.errors import Fault, InvalidValue

HOST: Final = "127.0.0.1"
LIVEKIT_SERVER: Final = "CXB_LIVEKIT_SERVER"
"""Names a livekit-server that is there already, so that none is built."""

HIGHEST: Final = 65535
RTP_PORTS: Final = "20000-20200"
"""livekit-sip's, one a call; above them begin the ports of outgoing connections."""


def port(name: str, default: int, *protocols: str) -> Any:
    return field(default=default, metadata={"name": name, "protocols": protocols or ("tcp",)})


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPorts:
    """Ports that are CXB's own where a system has a server of that kind already."""

    redis: int = port("CXB_STACK_REDIS_PORT", 6390)
    livekit: int = port("CXB_STACK_LIVEKIT_PORT", 7880)
    livekit_udp: int = port("CXB_STACK_LIVEKIT_UDP_PORT", 7882, "udp")
    sip: int = port("CXB_STACK_SIP_PORT", 5070, "tcp", "udp")
    sip_health: int = port("CXB_STACK_SIP_HEALTH_PORT", 7883)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """One port of one server, and the name that changes it."""

    number: int
    setting: str
    protocol: str


STACK_NAMES: Final = frozenset({LIVEKIT_SERVER, *(row.metadata["name"] for row in fields(StackPorts))})
"""What `./cxb stack` alone reads from the environment."""


def stack_ports(environ: Mapping[str, str]) -> StackPorts:
    """The defaults, and what the environment says else. Raises InvalidValue that names every one that is wrong."""
    given = {row.name: environ.get(row.metadata["name"], str(row.default)) for row in fields(StackPorts)}
    faults = tuple(_faults(given))
    if faults:
        raise InvalidValue(*faults)
    return StackPorts(**{name: int(text) for name, text in given.items()})


def _faults(given: Mapping[str, str]) -> Iterator[Fault]:
    seen = set[str]()
    for row in fields(StackPorts):
        text = given[row.name].strip()
        if not (text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= HIGHEST):
            yield Fault(field=row.metadata["name"], reason=f"must be a port between 1 and {HIGHEST}, not {text!r}")
        elif text in seen:
            yield Fault(field=row.metadata["name"], reason=f"must be a port of its own, and {text} is another one's")
        seen.add(text)


def listening(ports: StackPorts, *names: str) -> tuple[Listening, ...]:
    """The rows of those fields, one for each protocol."""
    return tuple(
        Listening(number=getattr(ports, row.name), setting=row.metadata["name"], protocol=protocol)
        for row in fields(StackPorts)
        if row.name in names
        for protocol in row.metadata["protocols"]
    )

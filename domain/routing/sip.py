"""How calls go out and come in by a SIP trunk: where it is, who we are there, and what it takes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_network
from typing import Annotated, Final

from domain.errors import Fault
from domain.limits import Between

HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
USERNAME: Final = re.compile(r"[A-Za-z0-9_.!~*'()&=+$,;?/-]{0,128}")
"""The characters of a SIP user (RFC 3261, 25.1), without escapes."""


class SipTransport(StrEnum):
    UDP = "udp"
    TCP = "tcp"


class Codec(StrEnum):
    """G.711, which every carrier takes, in its two forms."""

    PCMU = "pcmu"
    PCMA = "pcma"


class CallerIn(StrEnum):
    """Where a trunk wants to see the number of ours that it shows the callee."""

    FROM = "from"
    ASSERTED = "p_asserted_identity"
    PREFERRED = "p_preferred_identity"


@dataclass(frozen=True, slots=True, kw_only=True)
class SipSettings:
    """`register` keeps us registered, so that calls come in although nobody knows our address; without it the trunk
    knows us by address. `trusted` are addresses or networks that calls may come in from; the trunk's own host always
    may. The password is kept elsewhere."""

    host: str
    port: Annotated[int, Between(1, 65_535)] = 5060
    transport: SipTransport = SipTransport.UDP
    username: str = ""
    register: bool = False
    codecs: tuple[Codec, ...] = (Codec.PCMU, Codec.PCMA)
    caller_in: CallerIn = CallerIn.FROM
    trusted: tuple[str, ...] = ()


def sip_faults(sip: SipSettings, field: str) -> Iterator[Fault]:
    """Each thing that no trunk can be."""
    if not HOST.fullmatch(sip.host):
        yield Fault(field=f"{field}.host", reason="must be a host name or an address")
    if not USERNAME.fullmatch(sip.username):
        yield Fault(field=f"{field}.username", reason="holds characters that no SIP user has")
    if sip.register and not sip.username:
        yield Fault(field=f"{field}.username", reason="is needed to register")
    if not sip.codecs or len(set(sip.codecs)) != len(sip.codecs):
        yield Fault(field=f"{field}.codecs", reason="must name each codec once, the one that is wanted most first")
    for index, network in enumerate(sip.trusted):
        if not _is_network(network):
            yield Fault(
                field=f"{field}.trusted[{index}]", reason="must be an address or a network, such as 192.0.2.0/24"
            )


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True

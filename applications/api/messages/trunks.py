"""What is said about trunks."""

from enum import StrEnum
from typing import Annotated

import msgspec

from domain.ids import TrunkId
from domain.routing.sip import SipSettings
from domain.routing.trunk import CarrierKind, Trunk

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Channels = Annotated[int, msgspec.Meta(ge=1, le=10_000)]
Rate = Annotated[float, msgspec.Meta(ge=0.01, le=1_000)]
Priority = Annotated[int, msgspec.Meta(ge=-1_000, le=1_000)]
Prefixes = Annotated[
    tuple[Annotated[str, msgspec.Meta(pattern=r"^\+[1-9][0-9]{0,14}$")], ...], msgspec.Meta(max_length=200)
]
Password = Annotated[str, msgspec.Meta(max_length=256)]


class NewCarrier(StrEnum):
    """What may stand behind a new trunk; the simulated carrier has its one already."""

    SIP = "sip"


class NewTrunk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`priority` is left out to have it tried before the simulated carrier. `password` is never shown again."""

    name: Name
    sip: SipSettings
    carrier: NewCarrier = NewCarrier.SIP
    channels: Channels = 10
    calls_per_second: Rate = 1.0
    priority: Priority | None = None
    prefixes: Prefixes = ()
    enabled: bool = True
    password: Password = ""


class TrunkChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays as it is; an empty `password` takes it away."""

    name: Name | None = None
    sip: SipSettings | None = None
    channels: Channels | None = None
    calls_per_second: Rate | None = None
    priority: Priority | None = None
    prefixes: Prefixes | None = None
    enabled: bool | None = None
    password: Password | None = None


class TrunkShown(msgspec.Struct, frozen=True, kw_only=True):
    """`held` counts channels that are reserved."""

    id: TrunkId
    name: str
    carrier: CarrierKind
    channels: int
    held: int
    calls_per_second: float
    priority: int
    prefixes: tuple[str, ...]
    enabled: bool
    sip: SipSettings | None
    has_password: bool


class Trunks(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[TrunkShown, ...]


def show_trunk(trunk: Trunk, held: int) -> TrunkShown:
    return TrunkShown(
        id=trunk.id,
        name=trunk.name,
        carrier=trunk.carrier,
        channels=trunk.channels,
        held=held,
        calls_per_second=trunk.calls_per_second,
        priority=trunk.priority,
        prefixes=trunk.prefixes,
        enabled=trunk.enabled,
        sip=trunk.sip,
        has_password=bool(trunk.sealed_password),
    )

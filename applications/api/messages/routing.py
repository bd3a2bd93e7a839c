"""What is said about Cores and trunks."""

from datetime import datetime
from typing import Annotated

import msgspec

from domain.ids import ServerId, TrunkId
from domain.routing.fleet import CoreServer, ServerState
from domain.routing.trunk import CarrierKind, Trunk


class ServerPut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a Core is; `weight` says how much of the calls it gets beside the others."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=2_048)]
    region: Annotated[str, msgspec.Meta(max_length=64)] = ""
    weight: Annotated[float, msgspec.Meta(gt=0, le=1_000)] = 1.0


class ServerShown(msgspec.Struct, frozen=True, kw_only=True):
    """`held` counts slots that are reserved, `live` calls that it said it has."""

    id: ServerId
    url: str
    region: str
    weight: float
    state: ServerState
    capacity: int
    held: int
    live: int
    release: str
    seen_at: datetime | None


class Fleet(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[ServerShown, ...]


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


class Trunks(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[TrunkShown, ...]


def show_server(server: CoreServer, held: int) -> ServerShown:
    return ServerShown(
        id=server.id,
        url=server.url,
        region=server.region,
        weight=server.weight,
        state=server.state,
        capacity=server.capacity,
        held=held,
        live=server.live,
        release=server.release,
        seen_at=server.seen_at,
    )


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
    )

"""What is said about Cores."""

from datetime import datetime
from typing import Annotated

import msgspec

from domain.ids import ServerId
from domain.routing.fleet import CoreServer, ServerState


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

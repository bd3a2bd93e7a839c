"""Messages between a Dialler and the API about Core slots and trunks."""

from typing import Annotated

import msgspec

from domain.ids import ServerId
from domain.routing.trunk import Trunk


class ReservationRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Slots for as many calls at once as the holder expects to need, those in progress included."""

    holder: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    slots: Annotated[int, msgspec.Meta(ge=0, le=10_000)]
    seconds: Annotated[float, msgspec.Meta(gt=0, le=60)] = 10.0


class Grant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Slots on one Core."""

    server_id: ServerId
    url: str
    slots: int


class Reservation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was granted; `cores` counts healthy ones, so that "none" and "all full" can be told apart."""

    grants: tuple[Grant, ...]
    cores: int


class TrunkList(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer to a SIP lookup."""

    trunks: tuple[Trunk, ...]

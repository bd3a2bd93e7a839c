"""Messages between the exchange and the API about calls that come in."""

from typing import Annotated

import msgspec

from domain.ids import CallId, TrunkId
from domain.routing.did import TurnedAway


class Arrived(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A call rings in the room of its name. `number` is what was called, `caller` who calls, empty when withheld."""

    call_id: Annotated[CallId, msgspec.Meta(min_length=1, max_length=128)]
    trunk_id: TrunkId
    number: Annotated[str, msgspec.Meta(max_length=64)]
    caller: Annotated[str, msgspec.Meta(max_length=64)] = ""


class Received(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`turned_away` says why nobody will answer it, and that it is to get the busy tone."""

    turned_away: TurnedAway | None = None

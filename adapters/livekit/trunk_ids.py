"""By which name LiveKit knows a trunk of ours, and by which id."""

from typing import Final

from livekit.protocol.sip import ListSIPOutboundTrunkRequest

from adapters.livekit.errors import translated
from adapters.livekit.sip_client import LiveKitSip
from domain.ids import TrunkId
from ports.errors import Refused

PREFIX: Final = "cxb:"
"""What all names begin with that CXB keeps at LiveKit: whatever else is there is somebody else's, and left alone."""


def name_of(trunk_id: TrunkId) -> str:
    return f"{PREFIX}{trunk_id}"


class TrunkIds:
    """Remembers what it has found until it proves wrong."""

    def __init__(self, sip: LiveKitSip) -> None:
        self._sip = sip
        self._known: dict[str, str] = {}

    async def find(self, trunk_id: TrunkId) -> str:
        """LiveKit's id of the way out by that trunk. Raises Refused when there is none."""
        name = name_of(trunk_id)
        if name not in self._known:
            with translated():
                found = await self._sip.calls.list_outbound_trunk(ListSIPOutboundTrunkRequest())
            self._known = {one.name: one.sip_trunk_id for one in found.items if one.name.startswith(PREFIX)}
        if name not in self._known:
            raise Refused(f"LiveKit does not know trunk {trunk_id}", reason="trunk")
        return self._known[name]

    def forget(self) -> None:
        self._known = {}

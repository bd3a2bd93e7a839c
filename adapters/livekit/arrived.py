"""A call that came in, put on record when it is first asked about."""

from datetime import datetime
from typing import Final

from adapters.livekit.room_names import RoomNames, came_in
from adapters.livekit.server import LiveKitServer
from adapters.livekit.sightings import phones_in
from domain.ids import DEFAULT_BRAND, BrandId, CallId
from ports.errors import Stale
from ports.leg_ledger import LegLedger, LegStory
from ports.telephony import LegEvent, LegKind

TRUNK: Final = "cxb.trunk"
BRAND: Final = "cxb.brand"
"""Attributes that our dispatch rules give to whoever calls."""


async def arrived(
    server: LiveKitServer, ledger: LegLedger, names: RoomNames, call_id: CallId, now: datetime
) -> LegStory | None:
    """Its story; None when it is not there, or no call that came in."""
    room = names.room_of(call_id)
    phones = await phones_in(server, room) if came_in(room) else []
    if not phones:
        return None
    story = LegStory(
        call_id=call_id,
        brand=BrandId(phones[0].attributes.get(BRAND, DEFAULT_BRAND)),
        room=room,
        party=phones[0].identity,
        opened_at=now,
        events=(LegEvent(kind=LegKind.RINGING, at=now),),
    )
    try:
        await ledger.open(story)
    except Stale:
        return await ledger.find(call_id)
    return story

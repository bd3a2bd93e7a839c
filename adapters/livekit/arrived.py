"""A leg that this ledger does not know, put on record when it is first asked about: one that came in, or one that
somebody with another ledger has dialled into its call's room."""

from datetime import datetime
from typing import Final

from adapters.livekit.room_names import RoomNames, came_in
from adapters.livekit.server import LiveKitServer
from adapters.livekit.sightings import Phone, Sight, phones_in
from domain.calls.room import CALLEE
from domain.ids import DEFAULT_BRAND, BrandId, CallId
from ports.errors import Stale
from ports.leg_ledger import LegLedger, LegStory
from ports.telephony import LegEvent, LegKind

TRUNK: Final = "cxb.trunk"
BRAND: Final = "cxb.brand"
"""Attributes that our dispatch rules give to whoever calls."""

ANSWERED: Final = 200


async def arrived(
    server: LiveKitServer, ledger: LegLedger, names: RoomNames, call_id: CallId, now: datetime
) -> LegStory | None:
    """Of a call that came in: its story; None when it is not there, or no such call."""
    room = names.room_of(call_id)
    phones = await phones_in(server, room) if came_in(room) else []
    if not phones:
        return None
    ringing = LegEvent(kind=LegKind.RINGING, at=now)
    return await _recorded(ledger, call_id, room, phones[0], (ringing,), now)


async def dialled_by_others(
    server: LiveKitServer, ledger: LegLedger, names: RoomNames, call_id: CallId, now: datetime
) -> LegStory | None:
    """Of a call whose leg another ledger has: its story as far as it shows; None when it is not in its room."""
    room = names.room_of(call_id)
    callee = next((phone for phone in await phones_in(server, room) if phone.identity == CALLEE), None)
    if callee is None:
        return None
    events = (LegEvent(kind=LegKind.RINGING, at=now),) if callee.sight is not Sight.DIALING else ()
    if callee.sight is Sight.ACTIVE:
        events = (*events, LegEvent(kind=LegKind.ANSWERED, at=now, status=ANSWERED))
    return await _recorded(ledger, call_id, room, callee, events, now)


async def _recorded(
    ledger: LegLedger, call_id: CallId, room: str, phone: Phone, events: tuple[LegEvent, ...], now: datetime
) -> LegStory | None:
    story = LegStory(
        call_id=call_id,
        brand=BrandId(phone.attributes.get(BRAND, DEFAULT_BRAND)),
        room=room,
        party=phone.identity,
        opened_at=now,
        events=events,
    )
    try:
        await ledger.open(story)
    except Stale:
        return await ledger.find(call_id)
    return story

"""From an order to LiveKit's request, with the intent on record before it, and in time."""

from collections.abc import Awaitable
from contextlib import suppress
from typing import Final

from google.protobuf.duration_pb2 import Duration
from livekit.protocol.sip import CreateSIPParticipantRequest

from adapters.livekit.room_marks import mark, unmark
from adapters.livekit.room_names import RoomNames
from adapters.livekit.server import LiveKitServer
from adapters.livekit.sip_client import LiveKitSip
from adapters.livekit.trunk_ids import TrunkIds
from domain.phone.number import E164
from ports.clock import Clock
from ports.errors import NotFound, PortError, Refused, Stale
from ports.leg_ledger import LegLedger, LegStory
from ports.telephony import TOO_LATE, DialOrder

MARGIN: Final = 10.0
"""Seconds by which the request may take longer than the phone rings: LiveKit's answer to a timeout comes after it."""


class Placing:
    """Everything that a dial needs before the INVITE."""

    def __init__(
        self, server: LiveKitServer, sip: LiveKitSip, ledger: LegLedger, names: RoomNames, clock: Clock
    ) -> None:
        self._server = server
        self._sip = sip
        self._ledger = ledger
        self._names = names
        self._clock = clock
        self._trunks = TrunkIds(sip)

    def story_of(self, order: DialOrder) -> LegStory:
        return LegStory(
            call_id=order.call_id,
            brand=order.brand,
            room=self._names.room_of(order.room),
            party=order.party,
            opened_at=self._clock.now(),
        )

    async def prepare(self, order: DialOrder, story: LegStory) -> Awaitable[object] | None:
        """The request, not yet sent, of a leg that is on record; None when somebody else has placed it. Raises as
        Telephony.dial does: then nothing is on record.

        The time is looked at again once the record can be seen: however long the store took, whoever was told before
        that the leg was never placed, was told so after its time, and this order is too late.
        """
        self._in_time(order)
        if not E164.fullmatch(order.to):
            raise Refused("this cannot be dialled", reason="number")
        trunk = await self._trunks.find(order.trunk_id)
        try:
            await self._ledger.open(story)
        except Stale:
            return None
        try:
            return self._request(order, story, trunk) if await self._marked(order, story) else None
        except BaseException:
            await self._ledger.withdraw(story.call_id)
            raise

    async def take_back(self, story: LegStory) -> None:
        """No INVITE was sent: no trace of it stays, and LiveKit's ids are asked for anew."""
        self._trunks.forget()
        with suppress(PortError):  # a room that is gone has no mark either
            await unmark(self._server, story.room, story.call_id)
        await self._ledger.withdraw(story.call_id)

    async def _marked(self, order: DialOrder, story: LegStory) -> bool:
        try:
            new = await mark(self._server, story.room, story.call_id)
        except NotFound:
            raise Refused("the room is not open", reason="room") from None
        try:
            self._in_time(order)
        except Refused:
            await self.take_back(story)
            raise
        return new

    def _in_time(self, order: DialOrder) -> None:
        if order.not_after is not None and self._clock.now() >= order.not_after:
            raise Refused("the order came too late", reason=TOO_LATE)

    def _request(self, order: DialOrder, story: LegStory, trunk: str) -> Awaitable[object]:
        request = CreateSIPParticipantRequest(
            sip_trunk_id=trunk,
            sip_call_to=order.to,
            sip_number=order.caller_number,
            room_name=story.room,
            participant_identity=story.party,
            hide_phone_number=True,
            ringing_timeout=_seconds(order.ring_timeout),
            max_call_duration=_seconds(order.max_duration),
            wait_until_answered=True,
        )
        return self._sip.calls.create_sip_participant(request, timeout=order.ring_timeout + MARGIN)


def _seconds(seconds: float) -> Duration:
    duration = Duration()
    duration.FromNanoseconds(round(seconds * 1e9))
    return duration

"""Calls that come in, by LiveKit's webhook `participant_joined`."""

from typing import Final

from adapters.livekit.arrived import TRUNK
from adapters.livekit.room_names import RoomNames, came_in
from adapters.livekit.webhooks import LiveKitWebhooks
from domain.ids import TrunkId
from ports.arrival_webhook import ArrivalWebhook
from ports.errors import Refused
from ports.messages.inbound import Arrived

JOINED: Final = "participant_joined"
CALLED: Final = "sip.trunkPhoneNumber"
CALLER: Final = "sip.phoneNumber"


class LiveKitArrivalWebhook(ArrivalWebhook):
    """A phone that joins a room which one of our dispatch rules named. Without a key there is no LiveKit."""

    def __init__(self, key: str, secret: str) -> None:
        self._webhooks = LiveKitWebhooks(key, secret) if key and secret else None
        self._names = RoomNames(secret)

    def read(self, body: bytes, authorization: str) -> Arrived | None:
        if self._webhooks is None:
            raise Refused("LiveKit is not in use here", reason="webhook")
        news = self._webhooks.read(body, authorization)
        if news.what != JOINED or not news.is_phone or not came_in(news.room) or TRUNK not in news.attributes:
            return None
        return Arrived(
            call_id=self._names.call_of(news.room),
            trunk_id=TrunkId(news.attributes[TRUNK]),
            number=news.attributes.get(CALLED, "")[:64],
            caller=news.attributes.get(CALLER, "")[:64],
        )

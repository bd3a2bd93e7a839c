"""What a LiveKit server tells by webhook, once it is proved to come from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from livekit.api import TokenVerifier, WebhookReceiver
from livekit.protocol.models import ParticipantInfo
from livekit.protocol.webhook import WebhookEvent

from ports.errors import Refused

LEEWAY: Final = timedelta(seconds=10)
"""By how much the server's clock may differ; it signs each delivery for five minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomNews:
    """`what` is LiveKit's name, such as `participant_left` or `room_finished`; `party` is empty where it is about none.
    A delivery that was not answered comes again under the same id."""

    id: str
    what: str
    room: str
    party: str
    at: datetime
    is_phone: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)


class LiveKitWebhooks:
    """Knows the server by the key that they share."""

    def __init__(self, key: str, secret: str) -> None:
        self._receiver = WebhookReceiver(TokenVerifier(key, secret, leeway=LEEWAY))

    def read(self, body: bytes, authorization: str) -> RoomNews:
        """Raises Refused for a body that this authorization was not made for, or made by another, or too long ago."""
        try:
            event = self._receiver.receive(body.decode(), authorization)
        except Exception as error:  # the library has no class of its own for a body that is not the signed one
            raise Refused("this webhook is not LiveKit's", reason="webhook") from error
        return _news(event)


def _news(event: WebhookEvent) -> RoomNews:
    return RoomNews(
        id=event.id,
        what=event.event,
        room=event.room.name,
        party=event.participant.identity,
        at=datetime.fromtimestamp(event.created_at, UTC),
        is_phone=event.participant.kind == ParticipantInfo.Kind.SIP,
        attributes=dict(event.participant.attributes),
    )

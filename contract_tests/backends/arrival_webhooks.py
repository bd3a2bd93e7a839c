"""Webhooks of calls that come in, as each media server would send them."""

import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import msgspec
from google.protobuf.json_format import MessageToJson
from livekit.api import AccessToken
from livekit.protocol.models import ParticipantInfo, Room
from livekit.protocol.webhook import WebhookEvent

from adapters.livekit.arrival_webhook import CALLED, CALLER, LiveKitArrivalWebhook
from adapters.livekit.arrived import TRUNK
from adapters.livekit.room_names import ROOM_PREFIX
from adapters.memory.arrival_webhook import MemoryArrivalWebhook
from contract_tests.backends.backend import Backend
from contract_tests.backends.livekit_server import KEY, SECRET
from domain.ids import CallId, TrunkId
from ports.arrival_webhook import ArrivalWebhook
from ports.messages.inbound import Arrived

Delivery = tuple[bytes, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalWorld:
    """`rings` and `other_news` are bodies with their authorization."""

    webhook: ArrivalWebhook
    rings: Callable[..., Delivery]
    other_news: Callable[[], Delivery]


@asynccontextmanager
async def memory() -> AsyncIterator[ArrivalWorld]:
    webhook = MemoryArrivalWebhook(SECRET)

    def signed(body: bytes) -> Delivery:
        return body, webhook.sign(body)

    def rings(*, trunk: str, number: str, caller: str) -> Delivery:
        arrived = Arrived(call_id=CallId("call_1"), trunk_id=TrunkId(trunk), number=number, caller=caller)
        return signed(msgspec.json.encode(arrived))

    yield ArrivalWorld(webhook=webhook, rings=rings, other_news=lambda: signed(b"null"))


@asynccontextmanager
async def livekit() -> AsyncIterator[ArrivalWorld]:
    yield ArrivalWorld(
        webhook=LiveKitArrivalWebhook(KEY, SECRET),
        rings=livekit_rings,
        other_news=lambda: livekit_delivery(WebhookEvent(event="room_started", room=Room(name="call_1"))),
    )


def livekit_rings(*, trunk: str, number: str, caller: str, room: str = "") -> Delivery:
    numbers = {CALLED: number, **({CALLER: caller} if caller else {})}
    phone = ParticipantInfo(
        identity=f"sip_{caller}", kind=ParticipantInfo.Kind.SIP, attributes={TRUNK: trunk, **numbers}
    )
    name = room or f"{ROOM_PREFIX}_{number}_abcdefghijkl"
    return livekit_delivery(WebhookEvent(event="participant_joined", room=Room(name=name), participant=phone))


def livekit_delivery(event: WebhookEvent) -> Delivery:
    """As the server signs it: the body's hash in a token."""
    body = MessageToJson(event)
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    return body.encode(), AccessToken(KEY, SECRET).with_sha256(digest).to_jwt()


BACKENDS = {
    "arrival_webhook": {
        "memory": Backend(name="memory", open=memory),
        "livekit": Backend(name="livekit", open=livekit),
    }
}

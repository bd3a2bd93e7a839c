"""Phone legs as LiveKit's SIP service shows them: participants of kind SIP, with its attributes."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from livekit.api import AccessToken, VideoGrants

from adapters.livekit import logs
from adapters.livekit.phone import LiveKitPhone
from adapters.livekit.server import LiveKitServer
from ports.clock import Clock

__all__ = ["LiveKitPhones", "logs"]  # logs must be imported with whatever joins rooms

GOOD_FOR: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveKitPhones:
    """Brings legs into rooms that are there, or that the server makes for whoever comes."""

    server: LiveKitServer
    clock: Clock

    @asynccontextmanager
    async def joined(
        self, room: str, identity: str, *, name: str, metadata: str, attributes: Mapping[str, str]
    ) -> AsyncIterator[LiveKitPhone]:
        """It is in the room, with a track that is silent, until it leaves or this block ends. Raises Refused where
        there is no such room, Unavailable when nobody answers."""
        token = AccessToken(self.server.key, self.server.secret).with_ttl(GOOD_FOR).with_kind("sip")
        token = token.with_identity(identity).with_name(name).with_metadata(metadata)
        token = token.with_attributes(dict(attributes)).with_grants(
            VideoGrants(
                room_join=True,
                room=room,
                can_publish=True,
                can_subscribe=True,
                can_publish_data=True,
                can_update_own_metadata=True,
            )
        )
        phone = LiveKitPhone(self.clock)
        async with phone.in_room(self.server.url, token.to_jwt()):
            yield phone

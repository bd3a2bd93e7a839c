"""A LiveKit server or cluster, and the key by which this process makes rooms and tickets there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
from livekit.api import LiveKitAPI
from livekit.api.room_service import RoomService

from ports.errors import Unavailable

PATIENCE: Final = aiohttp.ClientTimeout(total=5.0, connect=2.0)
"""For every question to the server."""


class LiveKitServer:
    """Lives while `running` does. `url` is what joiners are given, `ws://…` or `wss://…`."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        self.url = url
        self.key = key
        self.secret = secret
        self._api: LiveKitAPI | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator["LiveKitServer"]:
        async with LiveKitAPI(self.url, self.key, self.secret, timeout=PATIENCE, failover=False) as api:
            self._api = api
            try:
                yield self
            finally:
                self._api = None

    @property
    def rooms(self) -> RoomService:
        if self._api is None:
            raise Unavailable("LiveKit's client is not running")
        return self._api.room

"""LiveKit's own client, open for as long as a process asks LiveKit for something."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self

import aiohttp
from livekit.api import LiveKitAPI

from ports.errors import Unavailable

PATIENCE: Final = aiohttp.ClientTimeout(total=5.0, connect=2.0)
"""For every question that says nothing else."""


class LiveKitClient:
    """Lives while `running` does. Whoever has `key` and `secret` may ask for anything."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        self.url = url
        self.key = key
        self.secret = secret
        self._api: LiveKitAPI | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        async with LiveKitAPI(self.url, self.key, self.secret, timeout=PATIENCE, failover=False) as api:
            self._api = api
            try:
                yield self
            finally:
                self._api = None

    @property
    def api(self) -> LiveKitAPI:
        if self._api is None:
            raise Unavailable("LiveKit's client is not running")
        return self._api

"""LiveKit's SIP service, served by livekit-server and livekit-sip together, or by what takes their place."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from livekit.api import LiveKitAPI
from livekit.api.sip_service import SipService

from adapters.livekit.server import PATIENCE
from ports.errors import Unavailable


class LiveKitSip:
    """Lives while `running` does. A call that is dialled has a time limit of its own, above its ring time."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        self._url = url
        self._key = key
        self._secret = secret
        self._api: LiveKitAPI | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator["LiveKitSip"]:
        async with LiveKitAPI(self._url, self._key, self._secret, timeout=PATIENCE, failover=False) as api:
            self._api = api
            try:
                yield self
            finally:
                self._api = None

    @property
    def calls(self) -> SipService:
        """Trunks, rules and calls."""
        if self._api is None:
            raise Unavailable("LiveKit's client is not running")
        return self._api.sip

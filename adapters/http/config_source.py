"""Core fetches a call's runtime config from the API."""

from urllib.parse import quote

import httpx

from adapters.http.client import HttpClient, understood
from domain.bots.runtime_config import RuntimeConfig
from domain.ids import BotId, CallId
from ports.config_source import ConfigSource
from ports.tracing import UNTRACED, Tracing


class HttpConfigSource(ConfigSource):
    """`GET /api/v1/config/{bot_id}` with the call's id as a header."""

    def __init__(
        self,
        base_url: str,
        secret: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        tracing: Tracing = UNTRACED,
    ) -> None:
        self._api = HttpClient(base_url, secret, seconds=5.0, transport=transport, tracing=tracing)

    async def fetch(self, bot_id: BotId, call_id: CallId) -> RuntimeConfig:
        path = f"/api/v1/config/{quote(bot_id, safe='')}"
        return understood(await self._api.ask("GET", path, headers={"X-CXB-Call-Id": call_id}), RuntimeConfig)

    async def aclose(self) -> None:
        await self._api.aclose()

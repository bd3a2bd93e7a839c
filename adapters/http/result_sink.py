"""Core hands results and news of its calls to the API."""

from urllib.parse import quote

import httpx
import msgspec

from adapters.http.client import HttpClient
from domain.ids import CallId
from ports.errors import NotFound, Refused
from ports.messages.calls import CallNews
from ports.result_sink import ResultSink
from ports.tracing import UNTRACED, Tracing


class HttpResultSink(ResultSink):
    """`POST /api/v1/results` with the package as it is, and `POST /api/v1/calls/{id}/events`."""

    def __init__(
        self,
        base_url: str,
        secret: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        tracing: Tracing = UNTRACED,
    ) -> None:
        self._api = HttpClient(base_url, secret, seconds=10.0, transport=transport, tracing=tracing)

    async def hand_over(self, body: bytes) -> None:
        try:
            await self._api.ask("POST", "/api/v1/results", body=body)
        except NotFound as unknown:
            raise Refused(str(unknown), reason="unknown_call") from None

    async def tell(self, call_id: CallId, news: CallNews) -> None:
        path = f"/api/v1/calls/{quote(call_id, safe='')}/events"
        await self._api.ask("POST", path, body=msgspec.json.encode(news))

    async def aclose(self) -> None:
        await self._api.aclose()

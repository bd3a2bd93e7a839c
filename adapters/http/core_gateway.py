"""API and Dialler give calls and orders to Cores."""

from contextlib import suppress
from typing import Final
from urllib.parse import quote

import httpx
import msgspec

from adapters.http.client import HttpClient, understood
from domain.ids import CallId
from ports.core_gateway import CoreGateway
from ports.errors import NotFound
from ports.messages.core import CallAccepted, CallRequest, CoreHealth, Order
from ports.tracing import UNTRACED, Tracing

LIMIT_SECONDS: Final = 2.0


class HttpCoreGateway(CoreGateway):
    """The control surface of every Core whose URL it is given."""

    def __init__(
        self, secret: str, *, transport: httpx.AsyncBaseTransport | None = None, tracing: Tracing = UNTRACED
    ) -> None:
        self._cores = HttpClient("", secret, seconds=LIMIT_SECONDS, transport=transport, tracing=tracing)

    async def health(self, url: str) -> CoreHealth:
        return understood(await self._cores.ask("GET", f"{url.rstrip('/')}/health"), CoreHealth)

    async def take(self, url: str, request: CallRequest) -> CallAccepted:
        body = msgspec.json.encode(request)
        return understood(await self._cores.ask("POST", _calls(url), body=body), CallAccepted)

    async def order(self, url: str, call_id: CallId, order: Order) -> None:
        await self._cores.ask("POST", f"{_call(url, call_id)}/orders", body=msgspec.json.encode(order))

    async def end(self, url: str, call_id: CallId) -> None:
        with suppress(NotFound):
            await self._cores.ask("DELETE", _call(url, call_id))

    async def aclose(self) -> None:
        await self._cores.aclose()


def _calls(url: str) -> str:
    return f"{url.rstrip('/')}/v1/calls"


def _call(url: str, call_id: CallId) -> str:
    return f"{_calls(url)}/{quote(call_id, safe='')}"

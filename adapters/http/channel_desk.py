"""Core asks the API for channels for second legs."""

from contextlib import suppress
from urllib.parse import quote

import httpx

from adapters.http.client import HttpClient
from domain.ids import CallId
from ports.channel_desk import ChannelDesk
from ports.errors import NotFound, Refused
from ports.tracing import UNTRACED, Tracing


class HttpChannelDesk(ChannelDesk):
    """`PUT` and `DELETE /api/v1/calls/{id}/channels/{leg}`."""

    def __init__(
        self,
        base_url: str,
        secret: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        tracing: Tracing = UNTRACED,
    ) -> None:
        self._api = HttpClient(base_url, secret, seconds=2.0, transport=transport, tracing=tracing)

    async def hold(self, call_id: CallId, leg_id: CallId) -> None:
        try:
            await self._api.ask("PUT", _path(call_id, leg_id))
        except NotFound as unknown:
            raise Refused(str(unknown), reason="unknown_call") from None

    async def give_back(self, call_id: CallId, leg_id: CallId) -> None:
        with suppress(NotFound):
            await self._api.ask("DELETE", _path(call_id, leg_id))

    async def aclose(self) -> None:
        await self._api.aclose()


def _path(call_id: CallId, leg_id: CallId) -> str:
    return f"/api/v1/calls/{quote(call_id, safe='')}/channels/{quote(leg_id, safe='')}"

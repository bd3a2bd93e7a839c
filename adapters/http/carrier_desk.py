"""The exchange asks the API for SIP accounts, and what is to become of calls that come in."""

from collections.abc import Sequence

import httpx
import msgspec

from adapters.http.client import HttpClient, understood
from ports.carrier_desk import CarrierDesk
from ports.messages.inbound import Arrived, Received
from ports.messages.sip import SipAccount, SipAccounts


class HttpCarrierDesk(CarrierDesk):
    """`GET /api/v1/sip/accounts` and `POST /api/v1/inbound`."""

    def __init__(self, base_url: str, secret: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._api = HttpClient(base_url, secret, seconds=5.0, transport=transport)

    async def accounts(self) -> Sequence[SipAccount]:
        return understood(await self._api.ask("GET", "/api/v1/sip/accounts"), SipAccounts).accounts

    async def receive(self, arrived: Arrived) -> Received:
        return understood(await self._api.ask("POST", "/api/v1/inbound", body=msgspec.json.encode(arrived)), Received)

    async def aclose(self) -> None:
        await self._api.aclose()

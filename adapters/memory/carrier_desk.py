"""The API's answers to the exchange, in memory."""

from collections.abc import Mapping, Sequence

from domain.ids import CallId
from domain.routing.did import TurnedAway
from ports.carrier_desk import CarrierDesk
from ports.errors import Unavailable
from ports.messages.inbound import Arrived, Received
from ports.messages.sip import SipAccount


class MemoryCarrierDesk(CarrierDesk):
    """`turned_away` says why for each number that nobody answers. `failing` is raised instead of an answer."""

    def __init__(
        self, accounts: Sequence[SipAccount] = (), turned_away: Mapping[str, TurnedAway] | None = None
    ) -> None:
        self.known = list(accounts)
        self.arrived: dict[CallId, Arrived] = {}
        self.failing: Unavailable | None = None
        self._turned_away = turned_away or {}

    async def accounts(self) -> Sequence[SipAccount]:
        self._fail()
        return sorted(self.known, key=lambda account: account.trunk_id)

    async def receive(self, arrived: Arrived) -> Received:
        self._fail()
        first = self.arrived.setdefault(arrived.call_id, arrived)
        return Received(turned_away=self._turned_away.get(first.number))

    def _fail(self) -> None:
        if self.failing is not None:
            raise self.failing

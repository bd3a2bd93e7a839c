"""Where the exchange gets what it needs of the API: SIP accounts, and what becomes of calls that come in."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from ports.messages.inbound import Arrived, Received
from ports.messages.sip import SipAccount


class CarrierDesk(Protocol):
    """The exchange's door to the API; all methods raise Unavailable when it does not answer."""

    @abstractmethod
    async def accounts(self) -> Sequence[SipAccount]:
        """Those of all enabled SIP trunks, of every brand, by trunk."""

    @abstractmethod
    async def receive(self, arrived: Arrived) -> Received:
        """Whether a Core has the call: then that Core answers it. Asked again for the same call, it gives the same
        answer."""

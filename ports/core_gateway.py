"""Giving calls to a Core, and orders to the calls it has."""

from abc import abstractmethod
from typing import Protocol

from domain.ids import CallId
from ports.messages.core import CallAccepted, CallRequest, CoreHealth, Order


class CoreGateway(Protocol):
    """Every method takes the server's URL; all raise Unavailable when it does not answer within two seconds,
    and Unreached when nobody is there to be asked."""

    @abstractmethod
    async def health(self, url: str) -> CoreHealth: ...

    @abstractmethod
    async def take(self, url: str, request: CallRequest) -> CallAccepted:
        """The call is its own from now on; asking again for the same call gives the same answer. Raises Busy when it
        is full or draining, Refused when it cannot."""

    @abstractmethod
    async def order(self, url: str, call_id: CallId, order: Order) -> None:
        """Raises NotFound when it has no such call (any more)."""

    @abstractmethod
    async def end(self, url: str, call_id: CallId) -> None:
        """Nothing when it has no such call."""

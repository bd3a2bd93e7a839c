"""What carries calls, in this process or in others: Core's inner door between control and calls."""

from abc import abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec

from domain.calls.ending import Ending
from domain.ids import CallId
from ports.messages.core import CallRequest, Order


class Finished(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="finished"):
    """A call is over. Its journal tells how; `ending` does where the call never came to have one.

    `lost` when the process that carried it died.
    """

    call_id: CallId
    ending: Ending | None = None
    lost: bool = False


class CallRunner(Protocol):
    """Carries many calls at once, none of which knows of the others."""

    @abstractmethod
    def running(self) -> AbstractAsyncContextManager[None]:
        """It carries calls inside this context, and leaves nothing behind."""

    @property
    @abstractmethod
    def ready(self) -> bool:
        """Whether somebody could carry one more call."""

    @abstractmethod
    async def start(self, request: CallRequest) -> None:
        """Returns once somebody carries the call. Raises Busy when nobody can now."""

    @abstractmethod
    async def order(self, call_id: CallId, order: Order) -> None:
        """Orders reach a call in the order in which they were given; nothing when it is over."""

    @abstractmethod
    def finished(self) -> AsyncIterator[Finished]:
        """Each started call once, for one reader, for as long as it runs."""

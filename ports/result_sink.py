"""Where Core hands over results and tells of calls in progress: the API."""

from abc import abstractmethod
from typing import Protocol

from domain.ids import CallId
from ports.messages.calls import CallNews


class ResultSink(Protocol):
    """Core's door to the API for what came of a call."""

    @abstractmethod
    async def hand_over(self, body: bytes) -> None:
        """A ResultPackage as bytes: it is stored when this returns, or was before. Raises Refused when the API will
        never take it, Busy or Unavailable when it may later."""

    @abstractmethod
    async def tell(self, call_id: CallId, news: CallNews) -> None:
        """What happens in a live call. Raises like `hand_over`, and NotFound for a call that nobody knows."""

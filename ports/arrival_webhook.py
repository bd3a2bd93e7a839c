"""What a media server tells by webhook of calls that come in."""

from abc import abstractmethod
from typing import Protocol

from ports.messages.inbound import Arrived


class ArrivalWebhook(Protocol):
    """Knows the media server by a secret that they share. A delivery may come again: it reads the same."""

    @abstractmethod
    def read(self, body: bytes, authorization: str) -> Arrived | None:
        """The call that has come in and rings; None for all other news. Raises Refused for a body that the media
        server did not send with that authorization, or sent too long ago."""

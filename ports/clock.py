"""The time, and waiting for it; nothing else in CXB reads a clock."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time for what is stored, monotonic time for what is measured."""

    @abstractmethod
    def now(self) -> datetime:
        """The time, aware, in UTC."""

    @abstractmethod
    def monotonic(self) -> float:
        """Seconds since some fixed instant; never goes back."""

    @abstractmethod
    async def sleep(self, seconds: float) -> None:
        """Returns after `seconds`, or at once when they are not positive."""

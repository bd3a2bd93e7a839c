"""Where what operators watch is counted, and read by whoever collects it."""

# ruff: noqa: ARG002  # who measures nothing uses nothing of what it is given

from abc import abstractmethod
from typing import Protocol

from domain.measures import Counter, Gauge, Timing


class Metrics(Protocol):
    """The measures of one process. `labels` are values in the order in which the measure names them.

    Raises ValueError when there are more or fewer; nothing else is ever raised, and nothing here waits.
    """

    @abstractmethod
    def count(self, counter: Counter, *labels: str, by: float = 1.0) -> None:
        """`by` more. Raises ValueError for less than nothing."""

    @abstractmethod
    def set(self, gauge: Gauge, value: float, *labels: str) -> None:
        """So it is now."""

    @abstractmethod
    def observe(self, timing: Timing, seconds: float, *labels: str) -> None:
        """It took so long once."""

    @abstractmethod
    def page(self) -> bytes:
        """All that was measured, in Prometheus's text format 0.0.4. A measure shows once something was measured."""


class Unmeasured(Metrics):
    """For those whom nobody watches."""

    def count(self, counter: Counter, *labels: str, by: float = 1.0) -> None:
        return

    def set(self, gauge: Gauge, value: float, *labels: str) -> None:
        return

    def observe(self, timing: Timing, seconds: float, *labels: str) -> None:
        return

    def page(self) -> bytes:
        return b""


UNMEASURED = Unmeasured()

"""Telling what work belongs together, over tasks and processes, for those who look into where the time went."""

from abc import abstractmethod
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from domain.ids import CallId


class Tracing(Protocol):
    """Never raises, never waits, and lets every exception through. Facts hold nothing personal."""

    @abstractmethod
    def span(self, name: str, *, call: CallId | None = None, **facts: str) -> AbstractContextManager[None]:
        """The work inside, as a part of the span that is open around it.

        All spans of one call are in one trace, whoever opens them and whenever: its id follows from the call's. An
        exception that leaves the span marks it by its type's name alone.
        """

    @abstractmethod
    def joined(self, traceparent: str) -> AbstractContextManager[None]:
        """What is opened inside is a part of a span of another process, as it said in W3C Trace Context's
        `traceparent`; one that cannot be read changes nothing."""

    @abstractmethod
    def traceparent(self) -> str:
        """The open span for other processes; empty when none is."""

    @abstractmethod
    async def aclose(self) -> None:
        """What waits to be sent is sent; nothing is opened any more."""


class Untraced(Tracing):
    """For those whom nobody looks at."""

    def span(self, name: str, *, call: CallId | None = None, **facts: str) -> AbstractContextManager[None]:  # noqa: ARG002
        return nullcontext()

    def joined(self, traceparent: str) -> AbstractContextManager[None]:  # noqa: ARG002
        return nullcontext()

    def traceparent(self) -> str:
        return ""

    async def aclose(self) -> None:
        return


UNTRACED = Untraced()

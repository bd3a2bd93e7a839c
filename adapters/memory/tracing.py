"""Spans kept in memory, in the order in which they ended."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count

from domain.ids import CallId
from domain.trace import SpanId, read_traceparent, root_of
from ports.tracing import Tracing


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A span that is over. `parent` is 0 where there was none; `failure` names the exception that left it."""

    name: str
    id: SpanId
    parent: int
    facts: Mapping[str, str]
    failure: str = ""


class MemoryTracing(Tracing):
    """Tests read `spans`."""

    def __init__(self) -> None:
        self.spans: list[Recorded] = []
        self._numbers = count(1)
        self._open: ContextVar[SpanId | None] = ContextVar("open span", default=None)

    @contextmanager
    def span(self, name: str, *, call: CallId | None = None, **facts: str) -> Iterator[None]:
        above = self._above(call)
        number = next(self._numbers)
        own = SpanId(trace=above.trace if above else number, span=number)
        failure = ""
        token = self._open.set(own)
        try:
            yield
        except BaseException as error:
            failure = type(error).__name__
            raise
        finally:
            self._open.reset(token)
            parent = above.span if above else 0
            self.spans.append(Recorded(name=name, id=own, parent=parent, facts=facts, failure=failure))

    @contextmanager
    def joined(self, traceparent: str) -> Iterator[None]:
        token = self._open.set(read_traceparent(traceparent) or self._open.get())
        try:
            yield
        finally:
            self._open.reset(token)

    def traceparent(self) -> str:
        now = self._open.get()
        return now.traceparent if now else ""

    async def aclose(self) -> None:
        """All is where it stays."""

    def _above(self, call: CallId | None) -> SpanId | None:
        now = self._open.get()
        if call is None or (now and now.trace == root_of(call).trace):
            return now
        return root_of(call)

"""The memory twin of the API as the place where results go."""

from collections.abc import Iterable

from domain.errors import InvalidValue
from domain.ids import CallId
from ports.errors import NotFound, PortError, Refused
from ports.messages.calls import CallNews
from ports.messages.reader import read
from ports.messages.results import ResultPackage
from ports.result_sink import ResultSink


class MemoryResultSink(ResultSink):
    """Collects packages and news. `failing` is raised for every call, `failures` for single ones.

    Where `known` is given, every other call is unknown to this API.
    """

    def __init__(self, known: Iterable[CallId] | None = None) -> None:
        self.packages: dict[CallId, bytes] = {}
        self.news: list[tuple[CallId, CallNews]] = []
        self.known = None if known is None else set(known)
        self.failing: PortError | None = None
        self.failures: dict[CallId, PortError] = {}

    async def hand_over(self, body: bytes) -> None:
        try:
            call_id = read(body, ResultPackage).call_id
        except InvalidValue as fault:
            raise Refused(str(fault), reason="invalid") from None
        self._fail_where_told(call_id)
        if not self._knows(call_id):
            raise Refused(f"no call {call_id}", reason="unknown_call")
        if self.packages.setdefault(call_id, body) != body:
            raise Refused(f"call {call_id} has a different result", reason="conflict")

    async def tell(self, call_id: CallId, news: CallNews) -> None:
        self._fail_where_told(call_id)
        if not self._knows(call_id):
            raise NotFound(f"no call {call_id}")
        self.news.append((call_id, news))

    def _fail_where_told(self, call_id: CallId) -> None:
        failure = self.failing or self.failures.get(call_id)
        if failure is not None:
            raise failure

    def _knows(self, call_id: CallId) -> bool:
        return self.known is None or call_id in self.known

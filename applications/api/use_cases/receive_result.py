"""Keeps what came of a call, once, however often and from wherever it is handed over."""

from dataclasses import dataclass

from applications.api.rewrite import rewrite
from domain.calls.call import Call
from ports.call_store import CallStore
from ports.errors import NotFound
from ports.messages.reader import read
from ports.messages.results import ResultPackage, ResultStored


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveResult:
    """The result and its event are one write. The digest is over the body as it came, so it is read here."""

    calls: CallStore

    async def __call__(self, body: bytes) -> ResultStored:
        """Raises InvalidValue for what is no package, NotFound for an unknown call, RuleBroken when the call has
        another result that stands."""
        package = read(body, ResultPackage)
        result = package.result(body)
        repeated = False

        async def load() -> Call:
            call = await self.calls.find(package.call_id)
            if call.brand != package.brand:
                raise NotFound(f"no call {package.call_id} in that brand")
            return call

        def conclude(call: Call) -> Call:
            nonlocal repeated
            concluded = call.conclude(result)
            repeated = concluded is call
            return concluded

        await rewrite(load, conclude, self.calls.save)
        return ResultStored(call_id=package.call_id, repeated=repeated)

"""The memory twin of CRMs that take pushes."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.crm.delivery import CrmTarget, Delivery, PushTry
from ports.clock import Clock
from ports.crm_connection import CrmConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmReply:
    """What a CRM answers; one with an `error` never does."""

    status: int | None = 200
    answer: str = ""
    error: str | None = None
    retry_after: float | None = None


class MemoryCrmConnection(CrmConnection):
    """Shows in `pushed` all that was pushed. `replies` are by URL; every other URL gets `reply`."""

    def __init__(self, clock: Clock, *, replies: Mapping[str, CrmReply] | None = None) -> None:
        self._clock = clock
        self.pushed: list[tuple[CrmTarget, Delivery]] = []
        self.replies: dict[str, CrmReply] = dict(replies or {})
        self.reply = CrmReply()

    async def push(self, target: CrmTarget, delivery: Delivery) -> PushTry:
        self.pushed.append((target, delivery))
        reply = self.replies.get(target.url, self.reply)
        return PushTry(
            at=self._clock.now(),
            milliseconds=0,
            status=None if reply.error else reply.status,
            error=reply.error,
            answer=reply.answer,
            retry_after=reply.retry_after,
        )

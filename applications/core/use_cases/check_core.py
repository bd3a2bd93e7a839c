"""Says what keeps this Core from taking calls or handing over results."""

from dataclasses import dataclass

from applications.core.call_runner import CallRunner
from applications.core.live_calls import LiveCalls
from ports.messages.findings import Finding, Findings, fine, stops_calls, worth_a_look
from ports.result_outbox import ResultOutbox


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCore:
    """Looks at its own doors only."""

    calls: LiveCalls
    runner: CallRunner
    outbox: ResultOutbox

    async def __call__(self) -> Findings:
        return Findings(findings=(self._processes(), await self._outbox()))

    def _processes(self) -> Finding:
        if self.runner.ready:
            return fine("core", f"ready, {len(self.calls)} of {self.calls.capacity} calls")
        return stops_calls("core", "none of its call processes is ready", "see its log; it starts them again by itself")

    async def _outbox(self) -> Finding:
        parked, waiting = await self.outbox.parked(), await self.outbox.waiting()
        if parked:
            why = f"the API refused {len(parked)} results for good, such as that of {parked[0]}"
            return worth_a_look("outbox", why, "see result_refused in Core's log; they are kept in its outbox, parked")
        if waiting:
            return worth_a_look(
                "outbox", f"{waiting} results wait for the API", "is the API up? They are sent by themselves"
            )
        return fine("outbox", "no result waits")

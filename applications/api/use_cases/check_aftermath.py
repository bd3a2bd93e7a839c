"""Looks at what became of calls: results, leads that should have been told, CRMs, recordings, imports."""

import asyncio
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from domain.calls.call import Call, CallState
from domain.calls.outcome import ANSWERED, Outcome
from domain.calls.result import Recording, ResultSource
from domain.crm.delivery import Delivery, DeliveryState
from domain.ids import DEFAULT_BRAND
from ports.attempt_ledger import AttemptLedger
from ports.call_store import CallFilter, CallStore
from ports.clock import Clock
from ports.crm_target_store import CrmTargetStore
from ports.delivery_log import DeliveryFilter, DeliveryLog
from ports.errors import PortError
from ports.fleet_registry import FleetRegistry
from ports.import_store import ImportStore
from ports.messages.findings import Finding, fine, worth_a_look
from ports.object_store import ObjectStore

LATELY: Final = timedelta(hours=1)
LOOKED_AT: Final = 100
PATIENCE: Final = timedelta(seconds=30)
"""How long a step may take that is a matter of milliseconds."""

LONG: Final = timedelta(hours=2)
"""No call lasts longer: its leg is ended."""

STUCK_IMPORT: Final = timedelta(minutes=15)
FAILING: Final = 2
"""Tries after which a receiver is worth a look."""

HEARD: Final = 64
"""A sample of 16 bits louder than this is no silence."""

HEADER: Final = 44
LISTENED_TO: Final = 640_000
"""Bytes of each recording: ten seconds of stereo at 16 kHz."""

CONFIG_FAULTS: Final[Mapping[str, str]] = {
    "no_config": "mend CXB_API_URL and CXBCORE_SECRET of the Core: it does not get configs",
    "archived": "unarchive the bot",
    "version_missing": "publish the bot",
    "call_ended": "see why its call was over before its Core was there: the Dialler's log by call_id",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAftermath:
    """None of it keeps calls from being made. The last hour's newest calls stand for all."""

    calls: CallStore
    attempts: AttemptLedger
    fleet: FleetRegistry
    deliveries: DeliveryLog
    targets: CrmTargetStore
    imports: ImportStore
    objects: ObjectStore
    clock: Clock

    async def __call__(self) -> Sequence[Finding]:
        where = CallFilter(state=CallState.ENDED, since=self.clock.now() - LATELY)
        lately = (await self.calls.page(DEFAULT_BRAND, where=where, after=None, limit=LOOKED_AT)).items
        return [
            *_configs(lately),
            await self._results(lately),
            await self._relay(),
            await self._leads(),
            await self._recordings(lately),
            await self._crm(),
            await self._imports(),
        ]

    async def _results(self, lately: Sequence[Call]) -> Finding:
        now = self.clock.now()
        live = [call for server in await self.fleet.all() for call in await self.calls.live_on(server.id)]
        lost = [call.id for call in live if call.live_at and now - call.live_at > LONG]
        if lost:
            return worth_a_look("results", f"no result of {len(lost)} calls, such as {lost[0]}", "see Core's outbox")
        stand_ins = [call.id for call in lately if _stands_in(call)]
        if stand_ins:
            why = f"{len(stand_ins)} calls of the last hour have none from their Core, such as {stand_ins[0]}"
            return worth_a_look("results", why, "start that Core on its data folder again: it still has the journals")
        return fine("results", f"{len(live)} calls live; the last hour's have theirs")

    async def _relay(self) -> Finding:
        late = self.clock.now() - PATIENCE
        waiting = [
            call.id
            for call in await self.calls.unrelayed(limit=LOOKED_AT)
            if call.result and call.result.ended_at < late
        ]
        if not waiting:
            return fine("relay", "nothing waits")
        why = f"results of {len(waiting)} calls are stored and not passed on, such as {waiting[0]}"
        return worth_a_look("relay", why, "see call_not_relayed_yet in the API's log")

    async def _leads(self) -> Finding:
        late = self.clock.now() - PATIENCE
        unsettled = await self.attempts.unsettled(limit=LOOKED_AT)
        stuck = [attempt.id for attempt in unsettled if attempt.ended_at and attempt.ended_at < late]
        if not stuck:
            return fine("leads", "all know what came of their attempts")
        why = f"{len(stuck)} do not know yet what came of their attempts, such as {stuck[0]}"
        return worth_a_look("leads", why, "start a Dialler: any of them settles attempts")

    async def _recordings(self, lately: Sequence[Call]) -> Finding:
        talked = [call for call in lately if call.result and call.result.answered_at and _by_a_core(call)]
        without = [call.id for call in talked if call.result and not call.result.recording]
        if without:
            why = f"{len(without)} answered calls have none, such as {without[0]}"
            return worth_a_look("recordings", why, "see sound_not_recorded in Core's log; is its disk full?")
        recorded = [call for call in talked if call.result and call.result.recording][:3]
        silent = [call.id for call in recorded if not await self._sounds(call)]
        if silent:
            return worth_a_look(
                "recordings", f"that of {silent[0]} is silent", "see the log of the exchange, or of LiveKit, by call_id"
            )
        return fine("recordings", f"{len(talked)} answered calls of the last hour have one")

    async def _sounds(self, call: Call) -> bool:
        recording: Recording | None = call.result.recording if call.result else None
        if recording is None:
            return False
        try:
            chunks = [c async for c in self.objects.read(recording.key, start=HEADER, end=HEADER + LISTENED_TO)]
        except PortError:
            return False
        return await asyncio.to_thread(_loud, b"".join(chunks))

    async def _crm(self) -> Finding:
        off = [target for target in await self.targets.all(DEFAULT_BRAND) if not target.active]
        counts = await self.deliveries.counts(DEFAULT_BRAND)
        dead, pending = counts.get(DeliveryState.DEAD, 0), counts.get(DeliveryState.PENDING, 0)
        failing = [each for each in await self._pending() if len(each.tries) >= FAILING]
        remedy = "see GET /api/v1/deliveries for what it answered; replay dead ones by POST .../replay"
        if off and off[0].disabled_because:
            return worth_a_look("crm", f"target {off[0].id} is off: {off[0].disabled_because}", "switch it on again")
        if failing:
            why = f"{pending} pushes wait; target {failing[0].target_id} said {_said(failing[0])}"
            return worth_a_look("crm", why, remedy)
        if dead:
            return worth_a_look("crm", f"{dead} pushes were given up", remedy)
        return fine("crm", f"{counts.get(DeliveryState.DELIVERED, 0)} pushes delivered, {pending} under way")

    async def _pending(self) -> Sequence[Delivery]:
        where = DeliveryFilter(state=DeliveryState.PENDING)
        return (await self.deliveries.page(DEFAULT_BRAND, where=where, after=None, limit=LOOKED_AT)).items

    async def _imports(self) -> Finding:
        late = self.clock.now() - STUCK_IMPORT
        unfinished = await self.imports.unfinished()
        stuck = [each for each in unfinished if each.created_at < late]
        if stuck:
            why = f"{stuck[0].id} has been at it since {stuck[0].created_at:%H:%M} UTC, {stuck[0].rows} rows read"
            return worth_a_look("imports", why, "see job.failed in the API's log")
        return fine("imports", f"{len(unfinished)} under way")


def _configs(lately: Sequence[Call]) -> Sequence[Finding]:
    faults = Counter(call.result.detail for call in lately if call.result and call.result.outcome is Outcome.FAILED)
    found = [
        worth_a_look("configs", f"{faults[fault]} calls of the last hour failed: {fault}", remedy)
        for fault, remedy in CONFIG_FAULTS.items()
        if faults[fault]
    ]
    return found or [fine("configs", "no call of the last hour lacked one")]


def _stands_in(call: Call) -> bool:
    """The API's own word, for want of a Core's; about a call that was turned away nobody else has any."""
    result = call.result
    return bool(result and result.source is ResultSource.API and result.outcome is not Outcome.TURNED_AWAY)


def _by_a_core(call: Call) -> bool:
    """A Core was in it to its end, and so had its sound."""
    return bool(call.result and call.result.source is ResultSource.CORE and call.result.outcome in ANSWERED)


def _loud(pcm: bytes) -> bool:
    samples = array("h", pcm[: len(pcm) // 2 * 2])
    return any(abs(sample) > HEARD for sample in samples)


def _said(delivery: Delivery) -> str:
    last = delivery.tries[-1]
    return str(last.status) if last.status else str(last.error)

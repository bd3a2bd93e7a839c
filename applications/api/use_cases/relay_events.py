"""Carries what happened to calls to all who must know; every step may be repeated, none is lost."""

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Final

import structlog

from applications.api.crm_event import concluded_body
from applications.api.rewrite import rewrite
from domain.calls.call import CALL_CONCLUDED, HOLD_THEIR_OWN, Call, Direction
from domain.calls.outcome import Outcome
from domain.calls.result import Result
from domain.calls.transfer import is_second_leg
from domain.crm.delivery import CrmTarget, Delivery
from domain.event import Event
from domain.ids import DeliveryId
from domain.measures import EVENTS_RELAYED
from domain.routing.shares import channels_of, slots_of
from ports.allotments import Allotments
from ports.attempt_ledger import AttemptLedger
from ports.call_store import CallStore
from ports.clock import Clock
from ports.crm_target_store import CrmTargetStore
from ports.delivery_log import DeliveryLog
from ports.dnc_list import DncEntry, DncList
from ports.errors import NotFound, Stale
from ports.event_log import EventLog
from ports.metrics import UNMEASURED, Metrics
from ports.tracing import UNTRACED, Tracing

BATCH: Final = 32

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayEvents:
    """The events leave a call's document last: a crash before that only means that all is done again, to no effect."""

    calls: CallStore
    events: EventLog
    attempts: AttemptLedger
    dnc: DncList
    targets: CrmTargetStore
    deliveries: DeliveryLog
    allotments: Allotments
    clock: Clock
    public_url: str
    metrics: Metrics = UNMEASURED
    tracing: Tracing = UNTRACED

    async def __call__(self) -> int:
        """How many calls there were to relay."""
        calls = await self.calls.unrelayed(limit=BATCH)
        async with asyncio.TaskGroup() as tasks:
            for call in calls:
                tasks.create_task(self._try(call))
        return len(calls)

    async def _try(self, call: Call) -> None:
        try:
            with self.tracing.span("relay", call=call.id):
                await self._relay(call)
        except Stale:
            return  # another result came meanwhile; the next round relays both
        except Exception as error:  # noqa: BLE001  # one call that cannot be relayed must not hold up the others
            log.warning("call_not_relayed_yet", call_id=call.id, error=type(error).__name__)
        else:
            self.metrics.count(EVENTS_RELAYED)
            log.info("call_relayed", call_id=call.id, events=len(call.events))

    async def _relay(self, call: Call) -> None:
        await self.events.append(call.events)
        concluded = [event for event in call.events if event.kind == CALL_CONCLUDED]
        if concluded and call.result:
            await self._finish_attempt(call, call.result)
            await self._suppress(call, call.result)
            await self._push(call, call.result, concluded[-1])
            await self._release(call, call.result)
        await self.calls.save(call.relayed(frozenset(event.id for event in call.events)))

    async def _finish_attempt(self, call: Call, result: Result) -> None:
        if call.direction is not Direction.CAMPAIGN:
            return
        try:
            await rewrite(
                lambda: self.attempts.of_call(call.brand, call.id),
                lambda attempt: attempt.finish(
                    result.outcome, at=result.ended_at, sip_status=result.sip_status, detail=result.detail
                ),
                self.attempts.save,
            )
        except NotFound:
            log.warning("call_without_attempt", call_id=call.id)

    async def _suppress(self, call: Call, result: Result) -> None:
        if result.outcome is Outcome.OPTED_OUT and call.phone:  # a caller may withhold theirs
            entry = DncEntry(brand=call.brand, phone=call.phone, source=call.id, added_at=result.ended_at)
            await self.dnc.add([entry])

    async def _push(self, call: Call, result: Result, event: Event) -> None:
        """A result that was replaced before anybody was told of it is not told: it was only a stand-in."""
        for target in await self.targets.all(call.brand):
            if target.active:
                await self.deliveries.add(self._delivery(call, result, event, target))

    def _delivery(self, call: Call, result: Result, event: Event, target: CrmTarget) -> Delivery:
        now = self.clock.now()
        return Delivery(
            id=delivery_id(call, event, target),
            brand=call.brand,
            target_id=target.id,
            call_id=call.id,
            kind=event.kind,
            body=concluded_body(call, result, self.public_url),
            created_at=now,
            due_at=now,
        )

    async def _release(self, call: Call, result: Result) -> None:
        if result.transfer is not None:
            await self._release_second_legs(call)
        if call.direction not in HOLD_THEIR_OWN:
            return
        await self.allotments.hold(channels_of(call.trunk_id), call.id, units=0, limit=0, seconds=1.0)
        server = result.server or call.server_id
        if server:
            await self.allotments.hold(slots_of(server), call.id, units=0, limit=0, seconds=1.0)

    async def _release_second_legs(self, call: Call) -> None:
        name = channels_of(call.trunk_id)
        for holder in await self.allotments.held(name):
            if is_second_leg(holder, call.id):
                await self.allotments.hold(name, holder, units=0, limit=0, seconds=1.0)


def delivery_id(call: Call, event: Event, target: CrmTarget) -> DeliveryId:
    """The same however often it is made: a repeat adds nothing."""
    return DeliveryId(f"msg_{hashlib.sha256(f'{call.id}/{event.id}/{target.id}'.encode()).hexdigest()[:32]}")

"""Sends what is due to CRMs, and keeps what each answered; a slow receiver delays nobody but itself."""

import asyncio
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from applications.api.rewrite import rewrite
from domain.crm.delivery import CrmTarget, Delivery, DeliveryState, PushTry
from domain.ids import TargetId
from domain.measures import PUSH_SECONDS, PUSHES
from ports.clock import Clock
from ports.crm_connection import CrmConnection
from ports.crm_target_store import CrmTargetStore
from ports.delivery_log import DeliveryLog
from ports.errors import NotFound, PortError
from ports.metrics import UNMEASURED, Metrics
from ports.tracing import UNTRACED, Tracing

AT_ONCE: Final = 16
CLAIM: Final = timedelta(seconds=30)
LONGEST_PUSH: Final = timedelta(seconds=15)
"""A push is begun only while its claim covers all of it, so that nobody else sends what is being sent."""

A_TARGET: Final = 2
"""Pushes to one target at once."""

MOST_WAITING: Final = 500
"""Claimed pushes that may wait for one target; those beyond come due again when their claim runs out."""

GONE: Final = "the receiver answered 410 Gone"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverPushes:
    """Claims keep workers of several processes apart, so that each of them may run this."""

    deliveries: DeliveryLog
    targets: CrmTargetStore
    crm: CrmConnection
    clock: Clock
    every: float = 0.2
    metrics: Metrics = UNMEASURED
    tracing: Tracing = UNTRACED
    _waiting: Counter[TargetId] = field(default_factory=Counter)
    _lanes: dict[TargetId, asyncio.Semaphore] = field(default_factory=dict)

    async def __call__(self) -> None:
        """Runs until it is cancelled. What is on its way then is sent again later."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                if not await self._start_due(tasks):
                    await self.clock.sleep(self.every)

    async def _start_due(self, tasks: asyncio.TaskGroup) -> bool:
        """Whether there may be more that is due already."""
        now = self.clock.now()
        try:
            claimed = await self.deliveries.claim_due(at=now, until=now + CLAIM, limit=AT_ONCE)
        except PortError as error:
            log.warning("deliveries_not_claimed", error=type(error).__name__)
            return False
        for delivery in claimed:
            if self._waiting[delivery.target_id] < MOST_WAITING:
                self._waiting[delivery.target_id] += 1
                tasks.create_task(self._deliver(delivery, now + CLAIM - LONGEST_PUSH))
        return len(claimed) == AT_ONCE

    async def _deliver(self, delivery: Delivery, latest: datetime) -> None:
        lane = self._lanes.setdefault(delivery.target_id, asyncio.Semaphore(A_TARGET))
        try:
            async with lane:
                if self.clock.now() <= latest:
                    await self._push(delivery)
        except Exception as error:  # noqa: BLE001  # one delivery that fails must not end the others
            log.warning("delivery_not_kept", delivery_id=delivery.id, error=type(error).__name__)
        finally:
            self._waiting[delivery.target_id] -= 1

    async def _push(self, delivery: Delivery) -> None:
        target = await self._target(delivery)
        if target is None:
            why = PushTry(at=self.clock.now(), milliseconds=0, error="target_inactive")
            await self._keep(delivery, why, given_up=True)
            return
        with self.tracing.span("push", call=delivery.call_id):
            result = await self.crm.push(target, delivery)
        kept = await self._keep(delivery, result)
        self.metrics.count(PUSHES, kept.state.value)
        self.metrics.observe(PUSH_SECONDS, result.milliseconds / 1000)
        if result.gone:
            await self._switch_off(target)
        log.info(
            "pushed",
            call_id=delivery.call_id,
            delivery_id=delivery.id,
            target_id=target.id,
            status=result.status,
            error=result.error,
        )

    async def _target(self, delivery: Delivery) -> CrmTarget | None:
        try:
            target = await self.targets.get(delivery.brand, delivery.target_id)
        except NotFound:
            return None
        return target if target.active else None

    async def _keep(self, delivery: Delivery, result: PushTry, *, given_up: bool = False) -> Delivery:
        def change(now: Delivery) -> Delivery:
            if now.state is not DeliveryState.PENDING:
                return now  # settled by a worker who claimed it after us
            return now.give_up(result) if given_up else now.tried(result, chance=_chance(now))

        return await rewrite(lambda: self.deliveries.get(delivery.brand, delivery.id), change, self.deliveries.save)

    async def _switch_off(self, target: CrmTarget) -> None:
        def disable(now: CrmTarget) -> CrmTarget:
            return now.disable(GONE) if now.active else now

        await rewrite(lambda: self.targets.get(target.brand, target.id), disable, self.targets.save)


def _chance(delivery: Delivery) -> float:
    """Between 0 and 1, another one for each try; the same delivery would always be spread the same."""
    digest = hashlib.sha256(f"{delivery.id}/{len(delivery.tries)}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32

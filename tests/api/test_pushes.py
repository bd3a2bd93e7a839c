"""Pushes to CRMs: at least once, on schedule, and a slow receiver delays nobody but itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from applications.api.use_cases.add_target import AddTarget
from applications.api.use_cases.change_target import ChangeTarget
from applications.api.use_cases.deliver_pushes import DeliverPushes
from applications.api.use_cases.replay_delivery import ReplayDelivery
from applications.api.use_cases.try_target import TryTarget
from domain.crm.delivery import CrmTarget, Delivery, DeliveryState, PushTry
from domain.ids import CallId, DeliveryId
from ports.clock import Clock
from ports.crm_connection import CrmConnection
from ports.delivery_log import DeliveryFilter
from tests.api.call_world import BRAND, Crashes, World

pytestmark = pytest.mark.virtual_time


class Receivers(CrmConnection):
    """Receivers by the target's name: how long each takes and what it answers."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.seconds: dict[str, float] = {}
        self.statuses: dict[str, list[int]] = {}
        self.came: list[tuple[str, DeliveryId, float]] = []
        self.busy: dict[str, int] = {}
        self.busiest: dict[str, int] = {}

    async def push(self, target: CrmTarget, delivery: Delivery) -> PushTry:
        at = self.clock.now()
        self.busy[target.name] = self.busy.get(target.name, 0) + 1
        self.busiest[target.name] = max(self.busiest.get(target.name, 0), self.busy[target.name])
        await self.clock.sleep(self.seconds.get(target.name, 0.01))
        self.busy[target.name] -= 1
        self.came.append((target.name, delivery.id, self.clock.monotonic()))
        answers = self.statuses.get(target.name, [])
        return PushTry(at=at, milliseconds=1, status=answers.pop(0) if answers else 204)


async def made(world: World) -> Receivers:
    receivers = Receivers(world.clock)
    world.crm = receivers
    return receivers


async def target(world: World, name: str) -> CrmTarget:
    return await world.case(AddTarget)(BRAND, name=name, url="https://crm.example.com/hook")


async def due(world: World, to: CrmTarget, count: int = 1) -> list[DeliveryId]:
    ids = [DeliveryId(f"msg_{to.name}_{number}") for number in range(count)]
    now = world.clock.now()
    for delivery_id in ids:
        delivery = Delivery(
            id=delivery_id,
            brand=BRAND,
            target_id=to.id,
            call_id=CallId("call"),
            kind="call.concluded",
            body="{}",
            created_at=now,
            due_at=now,
        )
        await world.deliveries.add(delivery)
    return ids


@asynccontextmanager
async def delivering(world: World) -> AsyncIterator[None]:
    task = asyncio.ensure_future(world.case(DeliverPushes)())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def state(world: World, delivery_id: DeliveryId) -> DeliveryState:
    found: Delivery = await world.deliveries.get(BRAND, delivery_id)
    return found.state


async def test_what_is_due_is_delivered_once() -> None:
    world = World()
    receivers = await made(world)
    ids = await due(world, await target(world, "crm"), 40)
    async with delivering(world):
        await world.clock.sleep(5.0)
    assert sorted(each[1] for each in receivers.came) == sorted(ids)
    assert {await state(world, each) for each in ids} == {DeliveryState.DELIVERED}
    assert receivers.busiest["crm"] == 2


async def test_a_slow_receiver_delays_no_other() -> None:
    world = World()
    receivers = await made(world)
    receivers.seconds["slow"] = 14.0
    await due(world, await target(world, "slow"), 600)
    await world.clock.sleep(1.0)
    ids = await due(world, await target(world, "quick"), 20)
    begun = world.clock.monotonic()
    async with delivering(world):
        await world.clock.sleep(3.0)
    quick = [at - begun for name, _, at in receivers.came if name == "quick"]
    assert len(quick) == len(ids)
    assert max(quick) < 1.0
    assert receivers.busiest["slow"] == 2


async def test_no_push_is_begun_that_its_claim_does_not_cover() -> None:
    world = World()
    receivers = await made(world)
    receivers.seconds["slow"] = 14.0
    ids = await due(world, await target(world, "slow"), 12)
    async with delivering(world):
        await world.clock.sleep(300.0)
    assert sorted(each[1] for each in receivers.came) == sorted(ids)


async def test_a_failure_is_tried_again_on_schedule() -> None:
    world = World()
    receivers = await made(world)
    receivers.statuses["crm"] = [500, 500, 200]
    (delivery_id,) = await due(world, await target(world, "crm"))
    async with delivering(world):
        await world.clock.sleep(1.0)
        assert await state(world, delivery_id) is DeliveryState.PENDING
        await world.clock.sleep(400.0)
    delivery = await world.deliveries.get(BRAND, delivery_id)
    assert [each.status for each in delivery.tries] == [500, 500, 200]
    assert delivery.state is DeliveryState.DELIVERED


async def test_a_receiver_that_is_gone_is_switched_off() -> None:
    world = World()
    receivers = await made(world)
    receivers.statuses["crm"] = [410]
    crm = await target(world, "crm")
    (first,) = await due(world, crm)
    async with delivering(world):
        await world.clock.sleep(1.0)
        assert await state(world, first) is DeliveryState.DEAD
        assert not (await world.targets.get(BRAND, crm.id)).active
        now = world.clock.now()
        later = Delivery(
            id=DeliveryId("late"),
            brand=BRAND,
            target_id=crm.id,
            call_id=CallId("call"),
            kind="k",
            body="{}",
            created_at=now,
            due_at=now,
        )
        await world.deliveries.add(later)
        await world.clock.sleep(1.0)
    delivery = await world.deliveries.get(BRAND, later.id)
    assert (delivery.state, delivery.tries[-1].error) == (DeliveryState.DEAD, "target_inactive")
    assert len(receivers.came) == 1


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("port", ["deliveries", "targets"])
@pytest.mark.parametrize("step", range(1, 5))
async def test_a_store_that_fails_once_loses_no_push(port: str, step: int, *, after: bool) -> None:
    world = World()
    await made(world)
    ids = await due(world, await target(world, "crm"), 3)
    setattr(world, port, Crashes(at=step, after=after).around(getattr(world, port)))
    jobs = world.case(DeliverPushes)

    async def run() -> None:
        while True:
            try:
                await jobs()
            except Exception:  # noqa: BLE001  # as the job's own loop does
                await world.clock.sleep(1.0)

    task = asyncio.ensure_future(run())
    await world.clock.sleep(120.0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert {await state(world, each) for each in ids} == {DeliveryState.DELIVERED}


async def test_two_workers_send_nothing_twice() -> None:
    world = World()
    receivers = await made(world)
    ids = await due(world, await target(world, "crm"), 50)
    async with delivering(world), delivering(world):
        await world.clock.sleep(20.0)
    assert sorted(each[1] for each in receivers.came) == sorted(ids)


async def test_a_dead_push_is_replayed_with_the_same_body_and_id() -> None:
    world = World()
    receivers = await made(world)
    receivers.statuses["crm"] = [410]
    crm = await target(world, "crm")
    (delivery_id,) = await due(world, crm)
    async with delivering(world):
        await world.clock.sleep(1.0)
        await world.case(ChangeTarget)(BRAND, crm.id, name=None, url=None, active=True)
        await world.case(ReplayDelivery)(BRAND, delivery_id)
        await world.clock.sleep(1.0)
    assert await state(world, delivery_id) is DeliveryState.DELIVERED
    assert [each[1] for each in receivers.came] == [delivery_id, delivery_id]


async def test_a_replay_while_it_is_being_sent_sends_it_again() -> None:
    world = World()
    receivers = await made(world)
    receivers.seconds["crm"] = 5.0
    receivers.statuses["crm"] = [500, 200]
    (delivery_id,) = await due(world, await target(world, "crm"))
    async with delivering(world):
        await world.clock.sleep(1.0)
        await world.case(ReplayDelivery)(BRAND, delivery_id)
        await world.clock.sleep(20.0)
    delivery = await world.deliveries.get(BRAND, delivery_id)
    assert [each.status for each in delivery.tries] == [500, 200]
    assert delivery.state is DeliveryState.DELIVERED


@pytest.mark.parametrize(("status", "expected"), [(200, DeliveryState.DELIVERED), (500, DeliveryState.DEAD)])
async def test_a_test_push_is_sent_at_once_and_only_once(status: int, expected: DeliveryState) -> None:
    world = World()
    receivers = await made(world)
    receivers.statuses["crm"] = [status]
    crm = await target(world, "crm")
    async with delivering(world):
        delivery = await world.case(TryTarget)(BRAND, crm.id)
        await world.clock.sleep(600.0)
    assert (delivery.state, [each.status for each in delivery.tries]) == (expected, [status])
    page: Any = await world.deliveries.page(BRAND, where=DeliveryFilter(), after=None, limit=10)
    assert [each.state for each in page.items] == [expected]
    assert len(receivers.came) == 1

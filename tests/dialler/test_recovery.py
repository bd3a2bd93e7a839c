"""What becomes of attempts whose Dialler is lost, and of a Dialler that comes back too late."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from structlog.typing import EventDict

from adapters.memory.carrier import NO_ANSWER, Callee
from adapters.memory.clock import MemoryClock
from applications.dialler.held_attempt import HeldAttempt
from contract_tests.backends.phone_world import order
from domain.calls.outcome import Outcome
from domain.calls.room import Invitation
from domain.campaigns.attempt import AttemptState
from domain.campaigns.lead import LeadState
from domain.ids import DEFAULT_BRAND, ServerId
from ports.errors import Stale
from ports.messages.core import Talk
from ports.rooms import Rooms
from ports.telephony import LegState
from tests.dialler.world import CAMPAIGN, HELLO, PLAN, Dialler, World, working

pytestmark = pytest.mark.virtual_time

PHONE = "+442079460001"
PHONES = [f"+4420794600{n:02d}" for n in range(20)]


async def test_a_call_that_rang_when_its_dialler_was_lost_is_cancelled_and_counted() -> None:
    world = World(callees={PHONE: NO_ANSWER})
    await world.add_core()
    await world.add_campaign()
    await world.add_leads(PHONE)

    async with working(Dialler(world=world), Dialler(world=world, name="dialler-2")) as tasks:
        await world.until(lambda: _state(world, AttemptState.RINGING))
        (attempt,) = await world.tried()
        lost = 0 if attempt.lease.holder == "dialler-1" else 1
        tasks[lost].cancel()
        await world.until(lambda: _state(world, AttemptState.SETTLED))

    (attempt, *_) = await world.tried()
    assert attempt.outcome is Outcome.DIALLER_LOST
    assert attempt.ended_at is not None
    assert (attempt.ended_at - attempt.opened_at).total_seconds() < 15
    assert (await world.telephony.find(attempt.call_id)).state is LegState.ENDED
    assert (await world.lead(PHONE)).attempts == 1


async def test_a_conversation_outlives_its_dialler() -> None:
    world = World(callees={PHONE: Callee(says=HELLO)})
    core = await world.add_core()
    await world.add_campaign()
    await world.add_leads(PHONE)

    async with working(Dialler(world=world), Dialler(world=world, name="dialler-2")) as tasks:
        await world.until(lambda: core.calls)
        (attempt,) = await world.tried()
        call = await world.calls.get(DEFAULT_BRAND, attempt.call_id)
        await world.calls.save(call.join(ServerId("core-1"), at=world.clock.now()))
        tasks[0 if attempt.lease.holder == "dialler-1" else 1].cancel()
        await world.until(lambda: _state(world, AttemptState.HANDED_OVER))
        assert (await world.telephony.find(attempt.call_id)).state is LegState.ANSWERED
        await world.until(lambda: core.orders)

    assert core.orders[-1] == (attempt.call_id, Talk())


async def test_an_intent_that_was_never_dialled_is_given_back_uncounted() -> None:
    world = World(callees={PHONE: NO_ANSWER})
    await world.add_core()
    await world.add_leads(PHONE)
    asleep = await _opened_by_a_dialler_that_falls_asleep(world)

    async with working(Dialler(world=world)):
        await world.until(lambda: _state(world, AttemptState.SETTLED))
    asleep.close()

    (attempt, *_) = await world.tried()
    assert (attempt.outcome, attempt.detail) == (Outcome.CANCELLED, "never_placed")
    assert (await world.lead(PHONE)).attempts == 0


async def test_a_dialler_that_slept_through_its_lease_is_told_before_it_dials() -> None:
    world = World(callees={PHONE: NO_ANSWER})
    await world.add_core()
    await world.add_leads(PHONE)
    asleep = await _opened_by_a_dialler_that_falls_asleep(world)
    (attempt,) = await world.tried()

    async with working(Dialler(world=world)):
        await world.until(lambda: _state(world, AttemptState.SETTLED))
        await asleep

    assert attempt.call_id not in {order.call_id for order in world.carrier.orders}


async def test_a_dialler_that_slept_after_its_last_look_at_the_lease_dials_too_late(lines: list[EventDict]) -> None:
    world = World(callees={PHONE: NO_ANSWER})
    await world.add_core()
    await world.add_leads(PHONE)
    rooms = RoomsOfASleeper(rooms=world.rooms)
    asleep = await _opened_by_a_dialler_that_falls_asleep(world, rooms=rooms, clock=StoppedClock())
    (attempt,) = await world.tried()

    async with working(Dialler(world=world)) as tasks, asyncio.TaskGroup() as sleeping:
        sleeping.create_task(asleep)
        await world.until(lambda: _state(world, AttemptState.SETTLED))
        tasks[0].cancel()
        rooms.woken.set()

    assert attempt.call_id not in {order.call_id for order in world.carrier.orders}
    assert [line["call_id"] for line in lines if line["event"] == "dial_too_late"] == [attempt.call_id]
    (attempt, *_) = reversed(await world.tried())
    assert (attempt.state, attempt.detail) == (AttemptState.SETTLED, "never_placed")


async def test_a_dialler_that_slept_while_it_listened_gives_no_orders_in_a_call_that_was_taken_over() -> None:
    world = World(callees={PHONE: Callee(says=HELLO)})
    core = await world.add_core()
    await world.add_leads(PHONE)
    (await _opened_by_a_dialler_that_falls_asleep(world)).close()
    (attempt,) = await world.tried()
    call = await world.calls.get(DEFAULT_BRAND, attempt.call_id)
    late = Dialler(world=world, name="late")
    await late.slots.refresh(1)
    held = HeldAttempt(attempt=attempt, ledger=world.attempts, clock=world.clock)

    async with world.telephony.running():
        await world.attempts.save(attempt.take_over("dialler-2", attempt.lease.until))
        await world.rooms.open(call.id)
        await world.telephony.dial(order(call.id, PHONE, trunk=attempt.trunk_id))
        run_attempt = late.open_attempt.run_attempt
        with pytest.raises(ExceptionGroup) as told:
            async with run_attempt.listen_in(call) as place:
                await run_attempt.answer_call(held, call, PLAN.answers, place)

    assert told.group_contains(Stale)
    assert core.orders == []


@dataclass(kw_only=True)
class RoomsOfASleeper(Rooms):
    """Rooms as a process sees them that is stopped right after it has opened one."""

    rooms: Rooms
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self, room: str) -> None:
        await self.rooms.open(room)
        await self.woken.wait()

    async def invite(self, room: str, party: str, *, hears: frozenset[str], heard_by: frozenset[str]) -> Invitation:
        return await self.rooms.invite(room, party, hears=hears, heard_by=heard_by)

    async def close(self, room: str) -> None:
        await self.rooms.close(room)


class StoppedClock(MemoryClock):
    """Whoever sleeps by it is never woken: a stopped process renews nothing."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()


async def _opened_by_a_dialler_that_falls_asleep(world: World, **changes: Any) -> Coroutine[Any, Any, None]:
    """Its attempt is stored; what would dial it, with `changes`, is returned instead of being run."""
    campaign = await world.add_campaign()
    sleeper, kept = Dialler(world=world, name="sleeper"), list[Coroutine[Any, Any, None]]()
    run = replace(sleeper.open_attempt.run_attempt, **changes)
    await sleeper.open_attempt.trunks.refresh(await world.desk.trunks())
    (lead,) = await world.leads.claim_due(
        DEFAULT_BRAND, CAMPAIGN, holder="sleeper", at=world.clock.now(), until=world.clock.now(), limit=1
    )
    await replace(sleeper.open_attempt, run_attempt=run, start=kept.append)(campaign, lead, Counter())
    return kept[0]


async def test_two_diallers_never_dial_one_lead_twice() -> None:
    world = World(callees=dict.fromkeys(PHONES, Callee(rings_after=0.1, answers_after=0.2, status=603)))
    await world.add_core()
    await world.add_campaign()
    await world.add_leads(*PHONES)

    async with working(*(Dialler(world=world, name=f"dialler-{n}") for n in range(3))) as tasks:
        await world.clock.sleep(1)
        tasks[0].cancel()
        await world.until(lambda: _all_done(world), seconds=300)

    numbers = [(attempt.lead_id, attempt.number) for attempt in await world.tried()]
    assert len(numbers) == len(set(numbers))
    assert all(number <= 3 for _, number in numbers)


async def _state(world: World, state: AttemptState) -> bool:
    return any(attempt.state is state for attempt in await world.tried())


async def _all_done(world: World) -> bool:
    return all([(await world.lead(phone)).state is LeadState.DONE for phone in PHONES])

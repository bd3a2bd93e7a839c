"""What becomes of attempts whose Dialler is lost, and of a Dialler that comes back too late."""

from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest

from adapters.memory.carrier import NO_ANSWER, Callee
from domain.calls.outcome import Outcome
from domain.campaigns.attempt import AttemptState
from domain.campaigns.lead import LeadState
from domain.ids import DEFAULT_BRAND, ServerId
from ports.messages.core import Talk
from ports.telephony import LegState
from tests.dialler.world import CAMPAIGN, HELLO, Dialler, World, working

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


async def _opened_by_a_dialler_that_falls_asleep(world: World) -> Coroutine[Any, Any, None]:
    """Its attempt is stored; what would dial it is returned instead of being run."""
    campaign = await world.add_campaign()
    sleeper, kept = Dialler(world=world, name="sleeper"), list[Coroutine[Any, Any, None]]()
    await sleeper.open_attempt.trunks.refresh(await world.desk.trunks())
    (lead,) = await world.leads.claim_due(
        DEFAULT_BRAND, CAMPAIGN, holder="sleeper", at=world.clock.now(), until=world.clock.now(), limit=1
    )
    await replace(sleeper.open_attempt, start=kept.append)(campaign, lead)
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

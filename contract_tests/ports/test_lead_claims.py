"""What every LeadStore promises to those who claim leads."""

import asyncio
from dataclasses import replace
from itertools import count

import pytest

from contract_tests.ports.specimens import BRAND, CAMPAIGN, NOON, OTHER_BRAND, OTHER_CAMPAIGN, later, lead
from domain.calls.outcome import LeadEnd, Outcome
from domain.campaigns.lead import Lead, LeadState
from domain.lease import Lease
from ports.errors import Stale
from ports.lead_store import LeadStore


async def claimed(
    store: LeadStore, *, at: float = 0, until: float = 30, limit: int = 100, holder: str = "d"
) -> list[Lead]:
    found = await store.claim_due(BRAND, CAMPAIGN, holder=holder, at=later(at), until=later(until), limit=limit)
    return list(found)


async def test_due_leads_come_by_priority_then_longest_claimable_then_id(lead_store: LeadStore) -> None:
    order = [
        lead(7, priority=5, due_at=later(-1)),
        lead(6, priority=5),
        lead(3, due_at=later(-20)),
        lead(9, due_at=later(-10)),
        lead(1),
        lead(2),
        lead(8, priority=-1, due_at=later(-99)),
    ]
    await lead_store.add([order[n] for n in (4, 0, 6, 5, 2, 1, 3)])
    await lead_store.add([lead(20, priority=9, due_at=later(1)), lead(21, due_at=later(1))])

    assert await lead_store.due(BRAND, CAMPAIGN, at=NOON, limit=100) == 7
    first = await claimed(lead_store, limit=4)
    rest = await claimed(lead_store)

    assert [one.id for one in (*first, *rest)] == [one.id for one in order]
    assert len(first) == 4


async def test_a_claimed_lead_is_leased_and_stored_as_it_was_given(lead_store: LeadStore) -> None:
    await lead_store.add([lead(1)])

    (given,) = await claimed(lead_store, holder="dialler-1")

    assert given.state is LeadState.LEASED
    assert given.lease == Lease(holder="dialler-1", until=later(30), fence=1)
    assert given == replace(lead(1).claim("dialler-1", later(30)), version=given.version)
    assert given.version > lead(1).version
    assert await lead_store.get(BRAND, given.id) == given
    with pytest.raises(Stale):
        await lead_store.save(lead(1).finish(LeadEnd.DNC))


async def test_a_lease_that_runs_out_comes_back_once_with_a_higher_fence(lead_store: LeadStore) -> None:
    await lead_store.add([lead(1), lead(2, due_at=later(25))])
    (late,) = await claimed(lead_store)

    assert [one.id for one in await claimed(lead_store, at=29.999, until=90)] == [lead(2).id]
    (again,) = await claimed(lead_store, at=30, until=60, holder="other")
    assert await claimed(lead_store, at=30, until=60) == []

    assert late.lease is not None
    assert again.lease == Lease(holder="other", until=later(60), fence=late.lease.fence + 1)
    with pytest.raises(Stale):
        await lead_store.save(late.dial())


async def test_a_lapsed_lease_queues_by_when_it_lapsed(lead_store: LeadStore) -> None:
    await lead_store.add([lead(1), lead(2, due_at=later(10)), lead(3, due_at=later(40))])
    await claimed(lead_store, limit=1)

    assert [one.id for one in await claimed(lead_store, at=50, until=99)] == [lead(2).id, lead(1).id, lead(3).id]


async def test_leads_that_are_dialling_done_or_given_back_for_later_are_not_due(lead_store: LeadStore) -> None:
    await lead_store.add([lead(number) for number in range(4)])
    given = await claimed(lead_store)
    await lead_store.save(given[0].dial())
    await lead_store.save(given[1].finish(LeadEnd.DNC))
    await lead_store.save(given[2].give_back(due_at=later(3600)))

    assert [one.id for one in await claimed(lead_store, at=3599, until=3660)] == [lead(3).id]
    assert await lead_store.due(BRAND, CAMPAIGN, at=later(3600), limit=10) == 1
    assert [one.id for one in await claimed(lead_store, at=3600, until=3660)] == [lead(2).id]


async def test_a_lead_that_is_tried_again_comes_back_with_a_higher_fence(lead_store: LeadStore) -> None:
    await lead_store.add([lead(1)])
    (given,) = await claimed(lead_store)
    dialling = await lead_store.save(given.dial())
    await lead_store.save(dialling.try_again(Outcome.BUSY, due_at=later(300), counts=True))

    (again,) = await claimed(lead_store, at=300, until=330)

    assert again.attempts == 1
    assert again.lease is not None
    assert again.lease.fence == 2


async def test_claims_stay_within_a_campaign_and_a_brand(lead_store: LeadStore) -> None:
    await lead_store.add([lead(1)])
    await lead_store.add([lead(2, campaign_id=OTHER_CAMPAIGN)])

    assert await lead_store.due(OTHER_BRAND, CAMPAIGN, at=NOON, limit=9) == 0
    assert await lead_store.claim_due(OTHER_BRAND, CAMPAIGN, holder="d", at=NOON, until=later(30), limit=9) == []
    assert [one.id for one in await claimed(lead_store)] == [lead(1).id]


async def test_counting_what_is_due_stops_at_the_limit(lead_store: LeadStore) -> None:
    await lead_store.add([lead(number, priority=number % 3) for number in range(30)])

    assert await lead_store.due(BRAND, CAMPAIGN, at=NOON, limit=12) == 12
    assert await lead_store.due(BRAND, CAMPAIGN, at=NOON, limit=31) == 30
    assert await lead_store.due(BRAND, CAMPAIGN, at=later(-1), limit=31) == 0
    assert await claimed(lead_store, limit=0) == []


async def test_no_lead_is_ever_given_to_two_of_many_claimers(lead_store: LeadStore) -> None:
    await lead_store.add([lead(number, priority=number % 3) for number in range(400)])
    numbers = count()

    async def claimer() -> list[Lead]:
        mine, holder = [], f"dialler-{next(numbers)}"
        while some := await claimed(lead_store, limit=3, holder=holder):
            assert all(one.lease and one.lease.holder == holder for one in some)
            mine.extend(some)
        return mine

    async with asyncio.timeout(60):
        everybody = await asyncio.gather(*(claimer() for _ in range(32)))

    given = [one.id for mine in everybody for one in mine]
    assert len(given) == 400
    assert len(set(given)) == 400


async def test_of_many_who_claim_and_add_at_once_nothing_is_lost(lead_store: LeadStore) -> None:
    given: list[str] = []

    async def add(first: int) -> None:
        for number in range(first, first + 50, 5):
            await lead_store.add([lead(one) for one in range(number, number + 5)])

    async def claim() -> None:
        while len(given) < 200:
            given.extend(one.id for one in await claimed(lead_store, limit=4))
            await asyncio.sleep(0)

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        for first in range(0, 200, 50):
            tasks.create_task(add(first))
        for _ in range(4):
            tasks.create_task(claim())

    assert sorted(given) == [lead(number).id for number in range(200)]

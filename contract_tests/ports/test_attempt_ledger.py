"""What every AttemptLedger promises."""

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from contract_tests.ports.promises import all_pages, keeps, outcomes
from contract_tests.ports.specimens import (
    BRAND,
    CAMPAIGN,
    OTHER_BRAND,
    OTHER_CAMPAIGN,
    attempt,
    call,
    later,
    lead,
    phone,
)
from domain.calls.outcome import Outcome
from domain.campaigns.attempt import AttemptState, Verdict
from domain.ids import AttemptId, CallId, ServerId
from domain.lease import Lease
from ports.attempt_ledger import AttemptFilter, AttemptLedger, InFlight
from ports.errors import NotFound, Stale

CORE = ServerId("core-1")


async def test_an_attempt_is_kept_and_of_two_writers_one_is_told(attempt_ledger: AttemptLedger) -> None:
    assert await attempt_ledger.open(attempt(1)) == attempt(1)

    await keeps(attempt_ledger, attempt(1), lambda one: one.ring(at=later(2)))


async def test_an_attempt_is_opened_once_and_a_call_has_one(attempt_ledger: AttemptLedger) -> None:
    await attempt_ledger.open(attempt(1))

    for twin in (attempt(1, call_id=CallId("cal_new")), attempt(2, call_id=attempt(1).call_id)):
        with pytest.raises(Stale):
            await attempt_ledger.open(twin)
    fine, told = await outcomes([attempt_ledger.open(attempt(3)) for _ in range(16)])
    assert len(fine) == 1
    assert all(isinstance(error, Stale) for error in told)


async def test_an_attempt_is_found_by_its_call(attempt_ledger: AttemptLedger) -> None:
    await attempt_ledger.open(attempt(1))

    assert await attempt_ledger.of_call(BRAND, call(1).id) == attempt(1)
    for brand, call_id in ((OTHER_BRAND, call(1).id), (BRAND, call(2).id)):
        with pytest.raises(NotFound):
            await attempt_ledger.of_call(brand, call_id)


async def test_one_whose_lease_ran_out_is_taken_over_once_and_its_holder_is_told(attempt_ledger: AttemptLedger) -> None:
    late = await attempt_ledger.open(attempt(1))
    await attempt_ledger.open(attempt(50))

    taken = await attempt_ledger.claim_abandoned(holder="dialler-2", at=later(31), until=later(61), limit=10)

    assert [one.id for one in taken] == [late.id]
    assert taken[0].lease == Lease(holder="dialler-2", until=later(61), fence=late.lease.fence + 1)
    assert taken[0] == replace(late, lease=taken[0].lease, version=taken[0].version)
    assert await attempt_ledger.get(BRAND, late.id) == taken[0]
    with pytest.raises(Stale):
        await attempt_ledger.save(late.ring(at=later(32)))
    assert await attempt_ledger.claim_abandoned(holder="dialler-3", at=later(31), until=later(61), limit=10) == []


async def test_of_many_who_look_for_abandoned_ones_each_gets_its_own(attempt_ledger: AttemptLedger) -> None:
    for number in range(30):
        await attempt_ledger.open(attempt(number))

    claimed = await asyncio.gather(
        *(
            attempt_ledger.claim_abandoned(holder=f"dialler-{n}", at=later(90), until=later(120), limit=4)
            for n in range(16)
        )
    )

    assert sorted(one.id for some in claimed for one in some) == [attempt(number).id for number in range(30)]


async def test_one_that_was_handed_over_or_ended_is_never_abandoned(attempt_ledger: AttemptLedger) -> None:
    for number in (1, 2, 3):
        await attempt_ledger.open(attempt(number))
    answered = await attempt_ledger.save(attempt(1).answer(at=later(5)))
    await attempt_ledger.save(attempt(2).finish(Outcome.BUSY, at=later(5)))
    await attempt_ledger.save(answered.hand_over(CORE, Verdict.HUMAN, at=later(6)))
    await attempt_ledger.save(attempt(3).renew(later(600)))

    assert await attempt_ledger.claim_abandoned(holder="dialler-2", at=later(599), until=later(700), limit=9) == []
    taken = await attempt_ledger.claim_abandoned(holder="dialler-2", at=later(600), until=later(700), limit=9)
    assert [one.id for one in taken] == [attempt(3).id]


async def test_ended_ones_wait_to_be_settled_longest_ended_first(attempt_ledger: AttemptLedger) -> None:
    ended = []
    for number, at in ((1, 90), (2, 70), (3, 80)):
        one = await attempt_ledger.open(attempt(number, brand=OTHER_BRAND if number == 3 else BRAND))
        ended.append(await attempt_ledger.save(one.finish(Outcome.BUSY, at=later(at))))
    await attempt_ledger.open(attempt(4))

    assert await attempt_ledger.unsettled(limit=10) == [ended[1], ended[2], ended[0]]
    assert await attempt_ledger.unsettled(limit=1) == [ended[1]]
    await attempt_ledger.save(ended[1].settle())
    assert await attempt_ledger.unsettled(limit=10) == [ended[2], ended[0]]


async def test_a_campaigns_flight_and_funnel_are_counted(attempt_ledger: AttemptLedger) -> None:
    for number in range(7):
        await attempt_ledger.open(attempt(number))
    await attempt_ledger.open(attempt(8, campaign_id=OTHER_CAMPAIGN))
    await attempt_ledger.save(attempt(1).ring(at=later(5)))
    await attempt_ledger.save(attempt(2).answer(at=later(5)))
    talking = await attempt_ledger.save(attempt(3).answer(at=later(5)))
    talking = await attempt_ledger.save(talking.hand_over(CORE, Verdict.HUMAN, at=later(6)))
    await attempt_ledger.save(attempt(4).finish(Outcome.BUSY, at=later(5)))
    settled = await attempt_ledger.save(attempt(5).finish(Outcome.BUSY, at=later(5)))
    await attempt_ledger.save(settled.settle())

    assert await attempt_ledger.in_flight(BRAND, CAMPAIGN) == InFlight(ringing=3, answered=1, talking=1)
    assert await attempt_ledger.in_flight(OTHER_BRAND, CAMPAIGN) == InFlight(ringing=0, answered=0, talking=0)
    assert await attempt_ledger.funnel(BRAND, CAMPAIGN) == {
        "state.opened": 2,
        "state.ringing": 1,
        "state.answered": 1,
        "state.handed_over": 1,
        "state.ended": 1,
        "state.settled": 1,
        "outcome.busy": 2,
        "verdict.human": 1,
    }
    await attempt_ledger.save(talking.finish(Outcome.COMPLETED, at=later(60)))
    assert (await attempt_ledger.in_flight(BRAND, CAMPAIGN)).total == 4


async def test_tries_to_a_number_are_counted_over_all_campaigns_of_the_brand(attempt_ledger: AttemptLedger) -> None:
    await attempt_ledger.open(attempt(1, phone=phone(1)))
    await attempt_ledger.open(attempt(2, phone=phone(1), campaign_id=OTHER_CAMPAIGN))
    await attempt_ledger.open(attempt(3, phone=phone(1), brand=OTHER_BRAND))
    await attempt_ledger.open(attempt(4, phone=phone(4)))
    given_back = await attempt_ledger.open(attempt(5, phone=phone(1)))
    await attempt_ledger.save(given_back.finish(Outcome.CONGESTION, at=later(6)))
    asked = [phone(1), phone(4), phone(7), phone(1)]

    assert await attempt_ledger.tried_since(BRAND, asked, None) == {phone(1): 2, phone(4): 1}
    assert await attempt_ledger.tried_since(BRAND, asked, later(2)) == {phone(1): 1, phone(4): 1}
    assert await attempt_ledger.tried_since(BRAND, asked, later(5)) == {}
    assert await attempt_ledger.tried_since(BRAND, [], None) == {}


async def test_numbers_shown_are_counted_since_an_instant(attempt_ledger: AttemptLedger) -> None:
    for number in (1, 2, 3):
        await attempt_ledger.open(attempt(number, caller_number=phone(9000 + number % 2)))
    await attempt_ledger.open(attempt(4, brand=OTHER_BRAND))

    assert await attempt_ledger.shown_since(BRAND, later(0)) == {phone(9001): 2, phone(9000): 1}
    assert await attempt_ledger.shown_since(BRAND, later(3)) == {phone(9001): 1}


async def test_pages_come_newest_first_and_all_that_is_asked_holds(attempt_ledger: AttemptLedger) -> None:
    again = attempt(5, id=AttemptId("led_000001.2"), lead_id=lead(1).id)
    for one in (attempt(2), again, attempt(1), attempt(3), attempt(7, campaign_id=OTHER_CAMPAIGN)):
        await attempt_ledger.open(one)
    busy = await attempt_ledger.save(attempt(2).finish(Outcome.BUSY, at=later(9)))
    answered = await attempt_ledger.save(attempt(3).answer(at=later(5)))
    talking = await attempt_ledger.save(answered.hand_over(CORE, Verdict.UNSURE, at=later(6)))

    expected = {
        AttemptFilter(): [again, talking, busy, attempt(1)],
        AttemptFilter(state=AttemptState.OPENED): [again, attempt(1)],
        AttemptFilter(outcome=Outcome.BUSY): [busy],
        AttemptFilter(verdict=Verdict.UNSURE): [talking],
        AttemptFilter(lead_id=lead(1).id): [again, attempt(1)],
        AttemptFilter(lead_id=lead(1).id, outcome=Outcome.BUSY): [],
    }
    for where, items in expected.items():
        for limit in (1, 3):
            assert await all_pages(partial(attempt_ledger.page, BRAND, CAMPAIGN, where=where), limit) == items

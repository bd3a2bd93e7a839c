"""What every DeliveryLog promises."""

import asyncio
from dataclasses import replace
from functools import partial

from contract_tests.ports.promises import all_pages, keeps
from contract_tests.ports.specimens import BRAND, OTHER_BRAND, delivery, later
from domain.crm.delivery import DeliveryState, PushTry
from domain.ids import CallId, TargetId
from ports.delivery_log import DeliveryFilter, DeliveryLog

FINE = PushTry(at=later(100), milliseconds=12, status=200, answer="ok")
FAILED = PushTry(at=later(100), milliseconds=12, error="timeout", retry_after=60.0)


async def test_a_delivery_is_kept_and_of_two_writers_one_is_told(delivery_log: DeliveryLog) -> None:
    assert await delivery_log.add(delivery(1))

    await keeps(delivery_log, delivery(1), lambda one: one.tried(FAILED, chance=0.5))


async def test_one_that_is_there_already_stays_as_it_is(delivery_log: DeliveryLog) -> None:
    await delivery_log.add(delivery(1))

    assert not await delivery_log.add(delivery(1, body="other"))

    assert await delivery_log.get(BRAND, delivery(1).id) == delivery(1)


async def test_due_ones_come_longest_due_first_and_are_due_again_later(delivery_log: DeliveryLog) -> None:
    for number in (3, 1, 2, 60):
        await delivery_log.add(delivery(number))
    await delivery_log.add(delivery(4, brand=OTHER_BRAND))

    first = await delivery_log.claim_due(at=later(10), until=later(40), limit=3)
    rest = await delivery_log.claim_due(at=later(10), until=later(40), limit=3)

    assert [one.id for one in first] == [delivery(n).id for n in (1, 2, 3)]
    assert [one.id for one in rest] == [delivery(4).id]
    assert all(one.due_at == later(40) for one in (*first, *rest))
    assert await delivery_log.claim_due(at=later(39), until=later(80), limit=9) == []
    again = await delivery_log.claim_due(at=later(40), until=later(80), limit=9)
    assert [one.id for one in again] == [delivery(n).id for n in (1, 2, 3, 4)]


async def test_what_was_claimed_is_what_is_stored_and_a_late_worker_is_told(delivery_log: DeliveryLog) -> None:
    await delivery_log.add(delivery(1))

    (claimed,) = await delivery_log.claim_due(at=later(10), until=later(40), limit=1)

    assert claimed == replace(delivery(1), due_at=later(40), version=claimed.version)
    assert claimed.version > delivery(1).version
    assert await delivery_log.get(BRAND, claimed.id) == claimed
    await keeps(delivery_log, claimed, lambda one: one.tried(FINE, chance=0.5))


async def test_of_many_workers_each_gets_its_own(delivery_log: DeliveryLog) -> None:
    for number in range(40):
        await delivery_log.add(delivery(number))

    claimed = await asyncio.gather(
        *(delivery_log.claim_due(at=later(100), until=later(200), limit=3) for _ in range(20))
    )

    ids = [one.id for some in claimed for one in some]
    assert sorted(ids) == [delivery(number).id for number in range(40)]


async def test_only_pending_ones_are_due(delivery_log: DeliveryLog) -> None:
    await delivery_log.add(delivery(1))
    await delivery_log.add(delivery(2))
    delivered = await delivery_log.save(delivery(1).tried(FINE, chance=0.5))

    assert [one.id for one in await delivery_log.claim_due(at=later(9999), until=later(9999), limit=9)] == [
        delivery(2).id
    ]
    replayed = await delivery_log.save(delivered.replay(at=later(500)))
    claimed = await delivery_log.claim_due(at=later(500), until=later(600), limit=9)
    assert [one.id for one in claimed] == [replayed.id]


async def test_they_are_counted_by_state(delivery_log: DeliveryLog) -> None:
    for number in range(3):
        await delivery_log.add(delivery(number))
    await delivery_log.add(delivery(9, brand=OTHER_BRAND))
    await delivery_log.save(delivery(1).tried(FINE, chance=0.5))

    assert await delivery_log.counts(BRAND) == {"pending": 2, "delivered": 1}


async def test_pages_come_newest_first_and_by_state_target_and_call(delivery_log: DeliveryLog) -> None:
    elsewhere = delivery(4, target_id=TargetId("tgt_2"))
    of_call = delivery(2, call_id=CallId("cal_2"))
    for one in (of_call, elsewhere, delivery(1), delivery(3), delivery(9, brand=OTHER_BRAND)):
        await delivery_log.add(one)
    done = await delivery_log.save(delivery(3).tried(FINE, chance=0.5))

    expected = {
        DeliveryFilter(): [elsewhere, done, of_call, delivery(1)],
        DeliveryFilter(state=DeliveryState.PENDING): [elsewhere, of_call, delivery(1)],
        DeliveryFilter(target_id=TargetId("tgt_2")): [elsewhere],
        DeliveryFilter(call_id=CallId("cal_2")): [of_call],
        DeliveryFilter(state=DeliveryState.DELIVERED, call_id=CallId("cal_2")): [],
    }
    for where, items in expected.items():
        assert await all_pages(partial(delivery_log.page, BRAND, where=where), 2) == items

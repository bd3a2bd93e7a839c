"""What every CallStore promises."""

from functools import partial

import pytest

from contract_tests.ports.promises import all_pages, keeps
from contract_tests.ports.specimens import (
    BRAND,
    CAMPAIGN,
    OTHER_BRAND,
    OTHER_CAMPAIGN,
    call,
    later,
    phone,
    result,
)
from domain.calls.call import Call, CallState, Direction, Origin
from domain.calls.outcome import Outcome
from domain.ids import BotId, ServerId
from ports.call_store import CallFilter, CallStore
from ports.errors import NotFound, Stale

CORE = ServerId("core-1")


async def test_a_call_is_kept_and_of_two_writers_one_is_told(call_store: CallStore) -> None:
    assert await call_store.add(call(1)) == call(1)

    await keeps(call_store, call(1), lambda one: one.join(CORE, at=later(2)))


async def test_an_id_is_taken_once_whatever_the_brand(call_store: CallStore) -> None:
    await call_store.add(call(1))

    for twin in (call(1), call(1, brand=OTHER_BRAND)):
        with pytest.raises(Stale):
            await call_store.add(twin)


async def test_a_call_of_any_brand_is_found_by_its_id_alone(call_store: CallStore) -> None:
    await call_store.add(call(1, brand=OTHER_BRAND))

    assert await call_store.find(call(1).id) == call(1, brand=OTHER_BRAND)
    with pytest.raises(NotFound):
        await call_store.find(call(2).id)


async def test_a_result_and_its_event_are_one_write(call_store: CallStore) -> None:
    await call_store.add(call(1))

    stored = await call_store.save(call(1).conclude(result()))

    found = await call_store.get(BRAND, stored.id)
    assert found == stored
    assert found.result == result()
    assert [event.kind for event in found.events] == ["call.concluded"]


async def test_calls_that_carry_events_come_longest_waiting_first(call_store: CallStore) -> None:
    for number, ended in ((1, 90.0), (2, 70.0), (3, 80.0)):
        one = await call_store.add(call(number, brand=OTHER_BRAND if number == 3 else BRAND))
        await call_store.save(one.conclude(result(ended_at=later(ended))))
    await call_store.add(call(4))

    waiting = await call_store.unrelayed(limit=10)
    assert [one.id for one in waiting] == [call(n).id for n in (2, 3, 1)]
    assert [one.id for one in await call_store.unrelayed(limit=1)] == [call(2).id]

    relayed = waiting[0].relayed(frozenset(event.id for event in waiting[0].events))
    await call_store.save(relayed)
    assert [one.id for one in await call_store.unrelayed(limit=10)] == [call(n).id for n in (3, 1)]


async def test_live_calls_are_known_by_their_core(call_store: CallStore) -> None:
    for number in (1, 2, 3, 4):
        await call_store.add(call(number, brand=OTHER_BRAND if number == 2 else BRAND))
    first = await call_store.save(call(1).join(CORE, at=later(5)))
    second = await call_store.save(call(2, brand=OTHER_BRAND).join(CORE, at=later(5)))
    await call_store.save(call(3).join(ServerId("core-2"), at=later(5)))

    assert sorted(one.id for one in await call_store.live_on(CORE)) == [first.id, second.id]
    await call_store.save(first.conclude(result()))
    assert await call_store.live_on(CORE) == [second]


async def test_calls_planned_before_an_instant_come_oldest_first(call_store: CallStore) -> None:
    for number in (3, 1, 2, 4):
        await call_store.add(call(number, brand=OTHER_BRAND if number == 1 else BRAND))
    await call_store.save(call(2).join(CORE, at=later(5)))

    found = await call_store.planned_before(later(4), limit=10)
    assert [one.id for one in found] == [call(1).id, call(3).id]
    assert [one.id for one in await call_store.planned_before(later(4), limit=1)] == [call(1).id]


async def test_calls_are_counted_by_state_and_outcome(call_store: CallStore) -> None:
    for number in range(5):
        await call_store.add(call(number, origin=Origin(campaign_id=CAMPAIGN if number < 4 else OTHER_CAMPAIGN)))
    await call_store.add(call(9, brand=OTHER_BRAND))
    await call_store.save(call(0).join(CORE, at=later(5)))
    await call_store.save(call(1).conclude(result()))
    await call_store.save(call(2).conclude(result(outcome=Outcome.BUSY)))

    counts = {"state.live": 1, "state.planned": 2, "state.ended": 2, "outcome.completed": 1, "outcome.busy": 1}
    assert await call_store.counts(BRAND, campaign_id=None) == counts
    assert await call_store.counts(BRAND, campaign_id=CAMPAIGN) == {**counts, "state.planned": 1}
    assert await call_store.counts(BRAND, campaign_id=OTHER_CAMPAIGN) == {"state.planned": 1}


async def test_pages_come_newest_first_and_all_that_is_asked_holds(call_store: CallStore) -> None:
    dialled = call(2, direction=Direction.API, origin=Origin(), bot_id=BotId("bot_2"))
    for one in (call(3), dialled, call(1), call(4), call(9, brand=OTHER_BRAND)):
        await call_store.add(one)
    ended = await call_store.save(call(3).conclude(result()))

    expected = {
        CallFilter(): [call(4), ended, dialled, call(1)],
        CallFilter(state=CallState.PLANNED): [call(4), dialled, call(1)],
        CallFilter(direction=Direction.API): [dialled],
        CallFilter(outcome=Outcome.COMPLETED): [ended],
        CallFilter(campaign_id=CAMPAIGN): [call(4), ended, call(1)],
        CallFilter(bot_id=BotId("bot_2")): [dialled],
        CallFilter(phone=phone(1)): [call(1)],
        CallFilter(since=later(2), until=later(4)): [ended, dialled],
        CallFilter(state=CallState.ENDED, campaign_id=CAMPAIGN, since=later(4)): [],
    }
    for where, items in expected.items():
        for limit in (1, 3):
            assert await all_pages(partial(call_store.page, BRAND, where=where), limit) == items


async def test_pages_stay_complete_and_ordered_while_calls_are_added(call_store: CallStore) -> None:
    for number in range(10, 40):
        await call_store.add(call(number))
    found: list[Call] = []
    page = await call_store.page(BRAND, where=CallFilter(), after=None, limit=4)

    for number in range(100, 200):
        found.extend(page.items)
        if page.next is None:
            break
        await call_store.add(call(number))
        page = await call_store.page(BRAND, where=CallFilter(), after=page.next, limit=4)

    assert [one.id for one in found] == [call(number).id for number in range(39, 9, -1)]


async def test_calls_of_one_instant_are_each_on_one_page(call_store: CallStore) -> None:
    for number in range(9):
        await call_store.add(call(number, created_at=later(0)))

    found = await all_pages(partial(call_store.page, BRAND, where=CallFilter()), 2)

    assert sorted(one.id for one in found) == [call(number).id for number in range(9)]

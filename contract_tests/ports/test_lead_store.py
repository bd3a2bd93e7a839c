"""What every LeadStore promises of leads one by one, of adding them, counting them and listing them."""

import asyncio
from functools import partial

import pytest

from contract_tests.ports.promises import all_pages, keeps
from contract_tests.ports.specimens import BRAND, CAMPAIGN, NOON, OTHER_BRAND, OTHER_CAMPAIGN, later, lead, phone
from domain.calls.outcome import LeadEnd, Outcome
from domain.campaigns.lead import LeadState
from ports.errors import Refused
from ports.lead_store import Added, LeadFilter, LeadStore


async def test_a_lead_is_kept_and_of_two_writers_one_is_told(lead_store: LeadStore) -> None:
    assert await lead_store.add([lead(1)]) == [Added.ADDED]

    await keeps(lead_store, lead(1), lambda one: one.finish(LeadEnd.DNC))


async def test_a_lead_is_known_by_its_id_and_a_number_is_in_a_campaign_once(lead_store: LeadStore) -> None:
    await lead_store.add([lead(1)])
    twin = lead(2, phone=lead(1).phone)

    answers = await lead_store.add([lead(1), twin, lead(3), lead(4, phone=lead(3).phone)])

    assert answers == [Added.KNOWN, Added.DUPLICATE, Added.ADDED, Added.DUPLICATE]
    assert await lead_store.add([lead(5, phone=lead(1).phone, campaign_id=OTHER_CAMPAIGN)]) == [Added.ADDED]
    assert await lead_store.counts(BRAND, CAMPAIGN) == {"waiting": 2}
    assert await lead_store.add([]) == []


async def test_a_lead_that_is_known_stays_as_it_is(lead_store: LeadStore) -> None:
    await lead_store.add([lead(1)])
    done = await lead_store.save(lead(1).finish(LeadEnd.REMOVED))

    assert await lead_store.add([lead(1, priority=9)]) == [Added.KNOWN]

    assert await lead_store.get(BRAND, lead(1).id) == done


async def test_of_many_who_add_the_same_leads_at_once_each_lead_is_added_once(lead_store: LeadStore) -> None:
    leads = [lead(number) for number in range(50)]

    answers = await asyncio.gather(*(lead_store.add(leads) for _ in range(8)))

    added = [sum(answer[number] is Added.ADDED for answer in answers) for number in range(50)]
    assert added == [1] * 50
    assert await lead_store.counts(BRAND, CAMPAIGN) == {"waiting": 50}


async def test_leads_are_counted_by_state_and_by_end(lead_store: LeadStore) -> None:
    assert await lead_store.counts(BRAND, CAMPAIGN) == {}
    await lead_store.add([lead(number) for number in range(6)])
    await lead_store.save(lead(0).claim("dialler-1", later(30)))
    dialling = await lead_store.save(lead(1).claim("dialler-1", later(30)).dial())
    await lead_store.save(lead(2).finish(LeadEnd.DNC))
    await lead_store.save(lead(3).finish(LeadEnd.DNC))

    counts = {"waiting": 2, "leased": 1, "dialling": 1, "done": 2, "done.dnc": 2}
    assert await lead_store.counts(BRAND, CAMPAIGN) == counts
    await lead_store.save(dialling.finish(Outcome.COMPLETED, outcome=Outcome.COMPLETED))
    assert await lead_store.counts(BRAND, CAMPAIGN) == {
        "waiting": 2,
        "leased": 1,
        "done": 3,
        "done.dnc": 2,
        "done.completed": 1,
    }
    assert await lead_store.counts(OTHER_BRAND, CAMPAIGN) == {}


async def test_leads_that_wait_or_are_leased_are_listed_whenever_they_are_due(lead_store: LeadStore) -> None:
    await lead_store.add([lead(1, due_at=later(10**6)), lead(2), lead(3), lead(4, campaign_id=OTHER_CAMPAIGN), lead(5)])
    await lead_store.save(lead(2).claim("dialler-1", later(30)))
    await lead_store.save(lead(3).finish(LeadEnd.DNC))
    await lead_store.save(lead(5).claim("dialler-1", later(30)).dial())

    found = await lead_store.waiting(BRAND, CAMPAIGN, limit=10)

    assert sorted(one.id for one in found) == [lead(1).id, lead(2).id]
    assert len(await lead_store.waiting(BRAND, CAMPAIGN, limit=1)) == 1


async def test_pages_come_by_id_and_all_that_is_asked_holds(lead_store: LeadStore) -> None:
    await lead_store.add([lead(number) for number in (4, 2, 1, 3)])
    await lead_store.add([lead(9, campaign_id=OTHER_CAMPAIGN)])
    done = await lead_store.save(lead(3).finish(LeadEnd.DNC))

    expected = {
        LeadFilter(): [lead(1), lead(2), done, lead(4)],
        LeadFilter(state=LeadState.WAITING): [lead(1), lead(2), lead(4)],
        LeadFilter(state=LeadState.DONE, end="dnc"): [done],
        LeadFilter(end="dnc"): [done],
        LeadFilter(phone=phone(2)): [lead(2)],
        LeadFilter(phone=phone(2), state=LeadState.DONE): [],
    }
    for where, items in expected.items():
        for limit in (1, 3):
            assert await all_pages(partial(lead_store.page, BRAND, CAMPAIGN, where=where), limit) == items


async def test_pages_stay_complete_and_ordered_while_leads_are_added(lead_store: LeadStore) -> None:
    await lead_store.add([lead(number) for number in range(0, 100, 2)])
    ids: list[str] = []
    page = await lead_store.page(BRAND, CAMPAIGN, where=LeadFilter(), after=None, limit=7)

    for number in range(1, 100, 2):
        ids.extend(one.id for one in page.items)
        if page.next is None:
            break
        await lead_store.add([lead(number)])
        page = await lead_store.page(BRAND, CAMPAIGN, where=LeadFilter(), after=page.next, limit=7)

    assert ids == sorted(set(ids))
    assert {lead(number).id for number in range(0, 100, 2)} <= set(ids)


async def test_a_cursor_that_no_page_gave_is_refused(lead_store: LeadStore) -> None:
    for cursor in ("nonsense", "é", "W10", "a"):
        with pytest.raises(Refused):
            await lead_store.page(BRAND, CAMPAIGN, where=LeadFilter(), after=cursor, limit=7)


async def test_texts_of_any_script_come_back_as_they_were(lead_store: LeadStore) -> None:
    odd = lead(1, variables={"name": 'Zoë "Ω" 王\n\u202e', "": "'; DROP TABLE leads; --"}, external_id="x\u0000y")

    await lead_store.add([odd])

    assert await lead_store.get(BRAND, odd.id) == odd
    assert odd.created_at == NOON

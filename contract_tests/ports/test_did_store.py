"""What every DidStore promises."""

from dataclasses import replace
from datetime import date, time

import pytest

from contract_tests.ports.specimens import BRAND, OTHER_BRAND, did, phone
from domain.hours import CallingHours, DayHours, Span
from domain.ids import TrunkId
from domain.routing.did import TurnAway
from ports.did_store import DidStore
from ports.errors import NotFound, Stale

OFFICE = CallingHours(
    default=(DayHours(days=(0, 1, 2, 3, 4), spans=(Span(opens=time(9), closes=time(17, 30)),)),),
    holidays=(date(2026, 12, 25),),
)


async def test_a_did_is_kept_as_it_is(did_store: DidStore) -> None:
    one = did(1, hours=OFFICE, zone="Europe/London", trunk_id=TrunkId("trk_1"), when_full=TurnAway.MESSAGE)
    one = replace(one, full_message="All our lines are busy — try later.")

    assert await did_store.add(one) == one
    assert await did_store.get(BRAND, phone(1)) == one


async def test_of_two_writers_one_is_told(did_store: DidStore) -> None:
    stored = await did_store.add(did(1))

    saved = await did_store.save(replace(stored, enabled=False))

    assert saved == replace(did(1), enabled=False, version=1)
    with pytest.raises(Stale):
        await did_store.save(replace(stored, zone="Europe/Paris"))
    assert await did_store.get(BRAND, phone(1)) == saved


async def test_a_brand_has_a_number_once_and_another_may_have_it_too(did_store: DidStore) -> None:
    theirs = did(1, brand=OTHER_BRAND)
    await did_store.add(did(1))
    await did_store.add(theirs)

    with pytest.raises(Stale):
        await did_store.add(did(1, enabled=False))
    assert await did_store.get(BRAND, phone(1)) == did(1)
    assert await did_store.get(OTHER_BRAND, phone(1)) == theirs


async def test_what_is_removed_is_gone_for_its_brand_alone(did_store: DidStore) -> None:
    await did_store.add(did(1))
    await did_store.add(did(1, brand=OTHER_BRAND))

    await did_store.remove(BRAND, phone(1))

    for gone in (did_store.get(BRAND, phone(1)), did_store.remove(BRAND, phone(1))):
        with pytest.raises(NotFound):
            await gone
    with pytest.raises(Stale):
        await did_store.save(did(1))
    assert await did_store.all(OTHER_BRAND) == [did(1, brand=OTHER_BRAND)]
    assert await did_store.add(did(1)) == did(1)


async def test_a_brands_dids_come_by_number(did_store: DidStore) -> None:
    for number in (3, 1, 2):
        await did_store.add(did(number))
    await did_store.add(did(4, brand=OTHER_BRAND))

    assert await did_store.all(BRAND) == [did(1), did(2), did(3)]

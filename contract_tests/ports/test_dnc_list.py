"""What every DncList promises."""

import asyncio
import base64
from functools import partial

from contract_tests.ports.promises import all_pages
from contract_tests.ports.specimens import BRAND, NOON, OTHER_BRAND, later, phone
from domain.ids import BrandId
from ports.dnc_list import DncEntry, DncList


def entry(number: int, *, brand: BrandId = BRAND, source: str = "upload") -> DncEntry:
    return DncEntry(brand=brand, phone=phone(number), source=source, added_at=NOON)


async def test_an_entry_is_there_until_it_is_removed(dnc_list: DncList) -> None:
    assert await dnc_list.add([entry(1), entry(2)]) == 2

    assert await dnc_list.find(BRAND, phone(1)) == entry(1)
    assert await dnc_list.find(OTHER_BRAND, phone(1)) is None
    assert await dnc_list.remove(BRAND, phone(1))
    assert not await dnc_list.remove(BRAND, phone(1))
    assert not await dnc_list.remove(OTHER_BRAND, phone(2))
    assert await dnc_list.find(BRAND, phone(1)) is None
    assert await dnc_list.count(BRAND) == 1


async def test_an_entry_that_is_there_stays_as_it_is(dnc_list: DncList) -> None:
    await dnc_list.add([entry(1)])
    late = DncEntry(brand=BRAND, phone=phone(1), source="cal_1", added_at=later(60))

    assert await dnc_list.add([late, entry(2), entry(2, source="cal_2")]) == 1

    assert await dnc_list.find(BRAND, phone(1)) == entry(1)
    assert await dnc_list.find(BRAND, phone(2)) == entry(2)


async def test_one_that_was_removed_may_come_again(dnc_list: DncList) -> None:
    await dnc_list.add([entry(1)])
    await dnc_list.remove(BRAND, phone(1))

    assert await dnc_list.add([entry(1, source="cal_1")]) == 1

    assert await dnc_list.find(BRAND, phone(1)) == entry(1, source="cal_1")
    assert await dnc_list.count(BRAND) == 1


async def test_many_numbers_are_asked_at_once(dnc_list: DncList) -> None:
    await dnc_list.add([entry(1), entry(3), entry(5, brand=OTHER_BRAND), entry(7)])
    await dnc_list.remove(BRAND, phone(7))

    asked = [phone(number) for number in (1, 1, 2, 3, 5, 7)]

    assert await dnc_list.listed(BRAND, asked) == {phone(1), phone(3)}
    assert await dnc_list.listed(BRAND, []) == frozenset()


async def test_of_many_who_add_a_number_at_once_one_was_new(dnc_list: DncList) -> None:
    new = await asyncio.gather(*(dnc_list.add([entry(1), entry(n)]) for n in range(2, 18)))

    assert sum(new) == 17
    assert await dnc_list.count(BRAND) == 17


async def test_pages_go_by_number_and_never_name_one_in_their_cursor(dnc_list: DncList) -> None:
    await dnc_list.add([entry(number) for number in (5, 1, 4, 2, 3)])
    await dnc_list.add([entry(9, brand=OTHER_BRAND)])

    for limit in (1, 2, 5):
        found = await all_pages(partial(dnc_list.page, BRAND), limit)
        assert found == [entry(number) for number in (1, 2, 3, 4, 5)]
    cursor = (await dnc_list.page(BRAND, after=None, limit=2)).next
    assert cursor is not None
    assert b"555" not in base64.urlsafe_b64decode(cursor + "==")


async def test_a_page_goes_on_although_its_last_number_was_removed(dnc_list: DncList) -> None:
    await dnc_list.add([entry(number) for number in (1, 3, 5, 7)])
    page = await dnc_list.page(BRAND, after=None, limit=2)

    await dnc_list.remove(BRAND, phone(3))
    await dnc_list.add([entry(2), entry(6)])

    rest = await dnc_list.page(BRAND, after=page.next, limit=5)
    assert rest.items == (entry(5), entry(6), entry(7))

"""What every UserStore promises."""

from dataclasses import replace
from functools import partial

import pytest

from contract_tests.ports.promises import all_pages, keeps, outcomes
from contract_tests.ports.specimens import BRAND, OTHER_BRAND, user
from domain.people.user import Role
from ports.errors import NotFound, Stale
from ports.user_store import UserStore


async def test_a_person_is_kept_and_of_two_writers_one_is_told(user_store: UserStore) -> None:
    assert await user_store.add(user(1)) == user(1)

    await keeps(user_store, user(1), lambda one: replace(one, role=Role.ADMIN))


async def test_an_id_is_taken_once(user_store: UserStore) -> None:
    await user_store.add(user(1))

    with pytest.raises(Stale):
        await user_store.add(user(1, email="new@example.com"))


async def test_an_email_is_in_a_brand_once_in_any_case(user_store: UserStore) -> None:
    await user_store.add(user(1, email="Zoë@example.com"))

    with pytest.raises(Stale):
        await user_store.add(user(2, email="ZOË@EXAMPLE.com"))
    await user_store.add(user(3, email="zoë@example.com", brand=OTHER_BRAND))
    assert (await user_store.by_email(BRAND, "zoË@example.COM")).id == user(1).id
    assert (await user_store.by_email(OTHER_BRAND, "zoË@example.COM")).id == user(3).id


async def test_of_many_who_take_one_email_at_once_one_gets_it(user_store: UserStore) -> None:
    fine, told = await outcomes([user_store.add(user(n, email="one@example.com")) for n in range(16)])

    assert len(fine) == 1
    assert all(isinstance(error, Stale) for error in told)
    assert await user_store.count(BRAND) == 1


async def test_an_email_that_another_has_cannot_be_taken_by_a_change(user_store: UserStore) -> None:
    await user_store.add(user(1))
    other = await user_store.add(user(2))

    with pytest.raises(Stale):
        await user_store.save(replace(other, email=user(1).email))
    moved = await user_store.save(replace(other, email="moved@example.com"))

    assert await user_store.by_email(BRAND, "moved@example.com") == moved
    with pytest.raises(NotFound):
        await user_store.by_email(BRAND, other.email)
    await user_store.add(user(3, email=other.email))


async def test_people_are_counted_by_brand(user_store: UserStore) -> None:
    assert await user_store.count(BRAND) == 0

    for number in range(3):
        await user_store.add(user(number))
    await user_store.add(user(9, brand=OTHER_BRAND))

    assert await user_store.count(BRAND) == 3
    with pytest.raises(NotFound):
        await user_store.by_email(BRAND, "nobody@example.com")


async def test_pages_hold_a_brands_people_newest_first(user_store: UserStore) -> None:
    for number in (3, 1, 2):
        await user_store.add(user(number))
    await user_store.add(user(9, brand=OTHER_BRAND))

    for limit in (1, 2, 3):
        assert await all_pages(partial(user_store.page, BRAND), limit) == [user(3), user(2), user(1)]

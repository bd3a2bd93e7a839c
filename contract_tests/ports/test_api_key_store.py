"""What every ApiKeyStore promises."""

from functools import partial

import pytest

from contract_tests.ports.promises import all_pages, keeps
from contract_tests.ports.specimens import BRAND, NOON, OTHER_BRAND, api_key
from ports.api_key_store import ApiKeyStore
from ports.errors import NotFound, Stale


async def test_a_key_is_kept_and_of_two_writers_one_is_told(api_key_store: ApiKeyStore) -> None:
    assert await api_key_store.add(api_key(1)) == api_key(1)

    await keeps(api_key_store, api_key(1), lambda key: key.revoke(at=NOON))


async def test_a_prefix_is_unique_over_all_brands(api_key_store: ApiKeyStore) -> None:
    await api_key_store.add(api_key(1))

    for taken in (api_key(2, prefix=api_key(1).prefix, brand=OTHER_BRAND), api_key(1, prefix="cxb_new")):
        with pytest.raises(Stale):
            await api_key_store.add(taken)


async def test_a_key_is_found_by_its_prefix_before_its_brand_is_known(api_key_store: ApiKeyStore) -> None:
    await api_key_store.add(api_key(1))
    await api_key_store.add(api_key(2, brand=OTHER_BRAND))

    assert await api_key_store.by_prefix(api_key(2).prefix) == api_key(2, brand=OTHER_BRAND)
    with pytest.raises(NotFound):
        await api_key_store.by_prefix("cxb_unknown")


async def test_pages_hold_a_brands_keys_newest_first(api_key_store: ApiKeyStore) -> None:
    for number in (3, 1, 7, 5, 2):
        await api_key_store.add(api_key(number))
    await api_key_store.add(api_key(9, brand=OTHER_BRAND))

    for limit in (1, 2, 5, 6):
        found = await all_pages(partial(api_key_store.page, BRAND), limit)
        assert found == [api_key(number) for number in (7, 5, 3, 2, 1)]

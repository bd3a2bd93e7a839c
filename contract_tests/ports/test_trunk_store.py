"""What every TrunkStore promises."""

from dataclasses import replace

import pytest

from contract_tests.ports.promises import keeps
from contract_tests.ports.specimens import BRAND, OTHER_BRAND, trunk
from ports.errors import NotFound, Stale
from ports.trunk_store import TrunkStore


async def test_a_trunk_is_kept_and_of_two_writers_one_is_told(trunk_store: TrunkStore) -> None:
    assert await trunk_store.add(trunk(1)) == trunk(1)

    await keeps(trunk_store, trunk(1), lambda one: replace(one, enabled=False))


async def test_an_id_is_taken_once(trunk_store: TrunkStore) -> None:
    await trunk_store.add(trunk(1))

    with pytest.raises(Stale):
        await trunk_store.add(trunk(1))


async def test_a_trunk_that_is_removed_is_gone_and_another_brands_is_not(trunk_store: TrunkStore) -> None:
    await trunk_store.add(trunk(1))
    with pytest.raises(NotFound):
        await trunk_store.remove(OTHER_BRAND, trunk(1).id)

    await trunk_store.remove(BRAND, trunk(1).id)

    assert await trunk_store.all(None) == []
    with pytest.raises(NotFound):
        await trunk_store.remove(BRAND, trunk(1).id)
    with pytest.raises(Stale):
        await trunk_store.save(trunk(1))


async def test_lists_come_whole_by_id_of_one_brand_or_of_all(trunk_store: TrunkStore) -> None:
    theirs = trunk(2, brand=OTHER_BRAND)
    for one in (trunk(3), theirs, trunk(1, prefixes=("+1", "+44"))):
        await trunk_store.add(one)

    assert await trunk_store.all(BRAND) == [trunk(1, prefixes=("+1", "+44")), trunk(3)]
    assert await trunk_store.all(None) == [trunk(1, prefixes=("+1", "+44")), theirs, trunk(3)]

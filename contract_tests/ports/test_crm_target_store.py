"""What every CrmTargetStore promises."""

import pytest

from contract_tests.ports.promises import keeps
from contract_tests.ports.specimens import BRAND, OTHER_BRAND, target
from ports.crm_target_store import CrmTargetStore
from ports.errors import Stale


async def test_a_target_is_kept_and_of_two_writers_one_is_told(crm_target_store: CrmTargetStore) -> None:
    assert await crm_target_store.add(target(1)) == target(1)

    await keeps(crm_target_store, target(1), lambda one: one.disable("it said 410"))


async def test_an_id_is_taken_once(crm_target_store: CrmTargetStore) -> None:
    await crm_target_store.add(target(1))

    with pytest.raises(Stale):
        await crm_target_store.add(target(1))


async def test_a_brands_targets_come_oldest_first(crm_target_store: CrmTargetStore) -> None:
    for number in (2, 3, 1):
        await crm_target_store.add(target(number))
    await crm_target_store.add(target(9, brand=OTHER_BRAND))

    assert await crm_target_store.all(BRAND) == [target(1), target(2), target(3)]

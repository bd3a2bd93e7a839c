"""What every ImportStore promises."""

from functools import partial

import pytest

from contract_tests.ports.promises import all_pages, keeps
from contract_tests.ports.specimens import BRAND, CAMPAIGN, NOON, OTHER_BRAND, OTHER_CAMPAIGN, lead_import
from domain.campaigns.lead_import import ImportState, RowError, RowFault
from ports.errors import Stale
from ports.import_store import ImportStore

WRONG = RowError(line=3, fault=RowFault.BLANK_PHONE, column="phone", value="")


async def test_an_import_is_kept_and_of_two_writers_one_is_told(import_store: ImportStore) -> None:
    assert await import_store.add(lead_import(1)) == lead_import(1)

    await keeps(
        import_store, lead_import(1), lambda one: one.progress(rows=10, added=9, errors=(WRONG,), bytes_read=100)
    )


async def test_an_id_is_taken_once(import_store: ImportStore) -> None:
    await import_store.add(lead_import(1))

    with pytest.raises(Stale):
        await import_store.add(lead_import(1))


async def test_unfinished_ones_are_queued_or_running_of_all_brands_oldest_first(import_store: ImportStore) -> None:
    running = lead_import(2, state=ImportState.RUNNING)
    queued = lead_import(1, brand=OTHER_BRAND)
    over = lead_import(3, state=ImportState.RUNNING)
    for one in (running, over, queued, lead_import(4, state=ImportState.FAILED)):
        await import_store.add(one)
    await import_store.save(over.finish(at=NOON))

    assert await import_store.unfinished() == [queued, running]


async def test_pages_hold_a_campaigns_imports_newest_first(import_store: ImportStore) -> None:
    for number in (2, 3, 1):
        await import_store.add(lead_import(number))
    await import_store.add(lead_import(8, campaign_id=OTHER_CAMPAIGN))

    found = await all_pages(partial(import_store.page, BRAND, CAMPAIGN), 2)
    assert found == [lead_import(3), lead_import(2), lead_import(1)]

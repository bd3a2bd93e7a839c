"""What every CampaignStore promises."""

from dataclasses import replace
from functools import partial

import pytest

from contract_tests.ports.promises import all_pages, keeps
from contract_tests.ports.specimens import BRAND, NOON, OTHER_BRAND, campaign, later
from domain.campaigns.campaign import CampaignState
from domain.campaigns.pacing import Limit
from domain.campaigns.pulse import Pulse
from domain.ids import CampaignId
from ports.campaign_store import CampaignStore
from ports.errors import Stale


async def test_a_campaign_is_kept_and_of_two_writers_one_is_told(campaign_store: CampaignStore) -> None:
    assert await campaign_store.add(campaign(1)) == campaign(1)

    await keeps(campaign_store, campaign(1), lambda one: replace(one, name="Autumn"))


async def test_an_id_is_taken_once(campaign_store: CampaignStore) -> None:
    await campaign_store.add(campaign(1))

    with pytest.raises(Stale):
        await campaign_store.add(campaign(1))


async def test_pages_hold_a_brands_campaigns_newest_first(campaign_store: CampaignStore) -> None:
    for number in (2, 4, 1, 3):
        await campaign_store.add(campaign(number))
    await campaign_store.add(campaign(9, brand=OTHER_BRAND))
    running = await campaign_store.save(campaign(3, state=CampaignState.RUNNING))

    found = await all_pages(partial(campaign_store.page, BRAND, state=None), 2)
    assert found == [campaign(4), running, campaign(2), campaign(1)]
    assert await all_pages(partial(campaign_store.page, BRAND, state=CampaignState.RUNNING), 2) == [running]


async def test_the_work_list_holds_campaigns_of_all_brands_oldest_first(campaign_store: CampaignStore) -> None:
    running = campaign(5, state=CampaignState.RUNNING, brand=OTHER_BRAND)
    draining = campaign(2, state=CampaignState.DRAINING)
    paused = campaign(3, state=CampaignState.PAUSED)
    for one in (running, paused, draining, campaign(1)):
        await campaign_store.add(one)

    assert await campaign_store.in_states(frozenset({CampaignState.RUNNING, CampaignState.DRAINING})) == [
        draining,
        running,
    ]
    assert await campaign_store.in_states(frozenset()) == []


async def test_the_last_pulse_stands_without_a_version(campaign_store: CampaignStore) -> None:
    stored = await campaign_store.add(campaign(1))
    assert await campaign_store.pulse(stored.id) is None
    pulse = Pulse(campaign_id=stored.id, at=NOON, dialler="dialler-1", limit=Limit.CONCURRENCY, in_flight=3)

    await campaign_store.put_pulse(pulse)
    newer = replace(pulse, at=later(1), limit=Limit.NO_CORE, detail="none is healthy")
    await campaign_store.put_pulse(newer)

    assert await campaign_store.pulse(stored.id) == newer
    assert await campaign_store.pulse(CampaignId("unknown")) is None
    assert await campaign_store.get(BRAND, stored.id) == stored

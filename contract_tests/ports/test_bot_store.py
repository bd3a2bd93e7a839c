"""What every BotStore promises."""

from dataclasses import replace
from functools import partial

import pytest

from contract_tests.ports.promises import all_pages, keeps
from contract_tests.ports.specimens import BRAND, NOON, OTHER_BRAND, bot
from domain.bots.bot import BotSpec, BotState
from domain.ids import UserId
from ports.bot_store import BotStore
from ports.errors import Stale


async def test_a_bot_is_kept_and_of_two_writers_one_is_told(bot_store: BotStore) -> None:
    assert await bot_store.add(bot(1)) == bot(1)

    await keeps(bot_store, bot(1), lambda one: replace(one, name="Grace"))


async def test_an_id_is_taken_once_and_names_may_be_alike(bot_store: BotStore) -> None:
    await bot_store.add(bot(1))
    await bot_store.add(bot(2))

    with pytest.raises(Stale):
        await bot_store.add(bot(1, name="Grace"))


async def test_published_versions_stay_with_the_bot(bot_store: BotStore) -> None:
    one = await bot_store.add(bot(1, draft=BotSpec(prompt="Be brief.", greeting="Hello, {name}!", variables=("name",))))

    published = await bot_store.save(one.publish(by=UserId("usr_1"), at=NOON))

    assert await bot_store.get(BRAND, one.id) == published
    assert published.published().spec == one.draft


async def test_pages_hold_a_brands_bots_newest_first_and_those_of_a_state_alone(bot_store: BotStore) -> None:
    for number in (2, 4, 1, 3):
        await bot_store.add(bot(number))
    await bot_store.add(bot(9, brand=OTHER_BRAND))
    archived = await bot_store.save(bot(3).archive())

    assert await all_pages(partial(bot_store.page, BRAND, state=None), 3) == [bot(4), archived, bot(2), bot(1)]
    assert await all_pages(partial(bot_store.page, BRAND, state=BotState.ACTIVE), 2) == [bot(4), bot(2), bot(1)]
    assert await all_pages(partial(bot_store.page, BRAND, state=BotState.ARCHIVED), 1) == [archived]

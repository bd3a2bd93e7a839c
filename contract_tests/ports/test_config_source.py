"""What every source of runtime configs promises."""

import pytest

from contract_tests.backends.scene import ARCHIVED, BOT, CALL, CONFIG, CROWDED, LOST, UNKNOWN
from domain.ids import BotId
from ports.config_source import ConfigSource
from ports.errors import Busy, NotFound, Refused, Unavailable


async def test_the_config_comes_whole(config_source: ConfigSource) -> None:
    assert await config_source.fetch(BOT, CALL) == CONFIG


async def test_a_call_that_nobody_knows_is_not_found(config_source: ConfigSource) -> None:
    with pytest.raises(NotFound):
        await config_source.fetch(BOT, UNKNOWN)


async def test_a_call_of_another_bot_is_not_found(config_source: ConfigSource) -> None:
    with pytest.raises(NotFound):
        await config_source.fetch(BotId("bot_other"), CALL)


async def test_a_refusal_says_why(config_source: ConfigSource) -> None:
    with pytest.raises(Refused) as refused:
        await config_source.fetch(BOT, ARCHIVED)
    assert refused.value.reason == "archived"


async def test_being_busy_says_for_how_long(config_source: ConfigSource) -> None:
    with pytest.raises(Busy) as busy:
        await config_source.fetch(BOT, CROWDED)
    assert busy.value.retry_after == 7.0


async def test_no_answer_is_unavailable(config_source: ConfigSource) -> None:
    with pytest.raises(Unavailable):
        await config_source.fetch(BOT, LOST)

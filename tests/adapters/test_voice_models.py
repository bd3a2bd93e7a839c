"""Voice models are there before the calls that need them."""

from adapters.pipecat import logs
from adapters.pipecat.voice_activity import SPARE, VoiceModels
from contract_tests.faults.waiting import until

PATIENCE = 30.0

__all__ = ["logs"]  # imported before anything of Pipecat's


async def test_the_next_calls_find_theirs_loaded() -> None:
    models = VoiceModels()
    async with models.lend() as first:
        assert await until(lambda: models.free == SPARE, PATIENCE)
        async with models.lend() as second, models.lend() as third:
            assert len({id(first), id(second), id(third)}) == 3
            assert await until(lambda: models.free == SPARE, PATIENCE)


async def test_no_more_are_loaded_than_calls_at_once_and_the_spare_ones() -> None:
    models = VoiceModels()
    for _ in range(2 * SPARE):
        async with models.lend():
            assert await until(lambda: models.free == SPARE, PATIENCE)

    assert models.free == SPARE + 1

"""Virtual time passes without anybody waiting for it."""

import pytest

from adapters.memory.clock import MemoryClock


@pytest.mark.virtual_time
async def test_an_hour_of_sleep_takes_no_time() -> None:
    clock = MemoryClock()
    began = clock.now()

    await clock.sleep(3600)

    assert (clock.now() - began).total_seconds() == pytest.approx(3600)

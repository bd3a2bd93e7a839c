"""What every Allotments promises. A share of no seconds is one that has run out."""

import asyncio
from itertools import count

from contract_tests.ports.promises import outcomes
from ports.allotments import Allotments


async def test_a_share_is_what_the_limit_leaves(allotments: Allotments) -> None:
    assert await allotments.hold("core-1", "a", units=6, limit=10, seconds=30) == 6
    assert await allotments.hold("core-1", "b", units=6, limit=10, seconds=30) == 4
    assert await allotments.hold("core-1", "c", units=6, limit=10, seconds=30) == 0
    assert await allotments.hold("core-2", "c", units=6, limit=10, seconds=30) == 6

    assert await allotments.held("core-1") == {"a": 6, "b": 4}


async def test_asking_again_replaces_the_earlier_share_and_none_gives_it_back(allotments: Allotments) -> None:
    await allotments.hold("core-1", "a", units=6, limit=10, seconds=30)
    await allotments.hold("core-1", "b", units=4, limit=10, seconds=30)

    assert await allotments.hold("core-1", "a", units=9, limit=10, seconds=30) == 6
    assert await allotments.hold("core-1", "a", units=2, limit=10, seconds=30) == 2
    assert await allotments.hold("core-1", "b", units=0, limit=10, seconds=30) == 0

    assert await allotments.held("core-1") == {"a": 2}


async def test_a_lowered_limit_leaves_nothing_and_never_less(allotments: Allotments) -> None:
    await allotments.hold("core-1", "a", units=10, limit=10, seconds=30)

    assert await allotments.hold("core-1", "b", units=1, limit=5, seconds=30) == 0
    assert await allotments.hold("core-1", "a", units=10, limit=5, seconds=30) == 5


async def test_a_share_that_ran_out_is_free_again(allotments: Allotments) -> None:
    assert await allotments.hold("core-1", "a", units=10, limit=10, seconds=0) == 10

    assert await allotments.held("core-1") == {}
    assert await allotments.hold("core-1", "b", units=10, limit=10, seconds=30) == 10


async def test_a_share_runs_out_by_itself(allotments: Allotments) -> None:
    await allotments.hold("core-1", "a", units=10, limit=10, seconds=0.05)
    granted = 0

    async with asyncio.timeout(10):
        while granted == 0:
            granted = await allotments.hold("core-1", "b", units=10, limit=10, seconds=30)
            await asyncio.sleep(0.005)

    assert await allotments.held("core-1") == {"b": 10}


async def test_many_at_once_never_hold_more_than_the_limit(allotments: Allotments) -> None:
    numbers = count()
    granted, _ = await outcomes(
        [allotments.hold("core-1", f"holder-{next(numbers)}", units=3, limit=20, seconds=30) for _ in range(32)]
    )

    assert sum(granted) == 20
    assert sum((await allotments.held("core-1")).values()) == 20

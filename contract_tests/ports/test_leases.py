"""What every Leases promises. A lease of no seconds is one that has run out."""

import asyncio

from contract_tests.ports.promises import outcomes
from ports.leases import Leases


async def test_one_holder_at_a_time(leases: Leases) -> None:
    lease = await leases.acquire("relay", "a", 30)

    assert lease is not None
    assert await leases.acquire("relay", "b", 30) is None
    assert await leases.holder("relay") == lease
    assert await leases.acquire("another", "b", 30) is not None


async def test_of_many_who_want_it_at_once_one_gets_it(leases: Leases) -> None:
    given, _ = await outcomes([leases.acquire("relay", f"holder-{n}", 30) for n in range(32)])

    assert len([lease for lease in given if lease]) == 1


async def test_ones_own_is_prolonged_and_keeps_its_fence(leases: Leases) -> None:
    first = await leases.acquire("relay", "a", 30)
    again = await leases.acquire("relay", "a", 60)

    assert first is not None
    assert again is not None
    assert again.fence == first.fence
    assert again.until > first.until
    assert await leases.holder("relay") == again


async def test_one_that_ran_out_is_nobodys_and_comes_back_with_a_higher_fence(leases: Leases) -> None:
    first = await leases.acquire("relay", "a", 0)

    assert await leases.holder("relay") is None
    second = await leases.acquire("relay", "b", 0)
    third = await leases.acquire("relay", "b", 30)

    assert first is not None
    assert second is not None
    assert third is not None
    assert first.fence < second.fence < third.fence


async def test_it_runs_out_by_itself(leases: Leases) -> None:
    first = await leases.acquire("relay", "a", 0.05)
    second = None

    async with asyncio.timeout(10):
        while second is None:
            second = await leases.acquire("relay", "b", 30)
            await asyncio.sleep(0.005)

    assert first is not None
    assert second.fence > first.fence
    assert await leases.acquire("relay", "a", 30) is None


async def test_the_fence_grows_for_ever_also_after_release(leases: Leases) -> None:
    fences = []
    for turn in range(20):
        lease = await leases.acquire("relay", f"holder-{turn % 2}", 30)
        assert lease is not None
        fences.append(lease.fence)
        await leases.release("relay", lease)
        assert await leases.holder("relay") is None

    assert fences == sorted(set(fences))


async def test_a_late_holder_releases_nothing(leases: Leases) -> None:
    late = await leases.acquire("relay", "a", 0)
    running = await leases.acquire("relay", "b", 30)
    assert late is not None

    await leases.release("relay", late)
    await leases.release("unknown", late)

    assert await leases.holder("relay") == running

"""Whoever stops waiting for a hang-up or a REFER leaves no leg talking, no task running and no warning behind."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from baresip import CallState

from adapters.sip.call import SipCall
from adapters.system.clock import SystemClock
from contract_tests.backends.sip import SipWorld, sip_world
from contract_tests.carrier import scripts
from contract_tests.carrier.leg import Transfer
from contract_tests.carrier.records import EndedBy
from contract_tests.carrier.tasks import PATIENCE
from tests.adapters.sip_party import Carried, calling

TO = "+15557000001"
ELSEWHERE = "+15557000002"
AT_ONCE = 10.0
"""Far less than the minute that a REFER may take."""


@pytest.fixture
async def world() -> AsyncIterator[SipWorld]:
    """Nobody is told of an error that nobody took, and no task is left when it has closed."""
    told: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: told.append(context))
    before = asyncio.all_tasks()
    async with sip_world() as opened:
        opened.far.number(TO, scripts.answers())
        yield opened
    assert asyncio.all_tasks() - {asyncio.current_task()} <= before
    assert told == []


async def steps(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def ended(work: "asyncio.Future[Any]") -> None:
    """Soon, whatever it was."""
    done, _ = await asyncio.wait({work}, timeout=AT_ONCE)
    assert done


async def is_hung_up(world: SipWorld) -> None:
    call = await (await world.far.called(TO)).until_ended()
    assert call.ended_by is EndedBy.THEM
    assert "BYE" in call.names(sent=False)


@pytest.mark.parametrize("after", [0, 1, 2, 3, 5, 8, 20])
async def test_a_hang_up_that_nobody_waits_for_any_more_hangs_up(world: SipWorld, after: int) -> None:
    async with calling(world, TO) as carried:
        await carried.party.met.wait()
        carried.leg.cancel()
        for _ in range(3):
            await steps(after)
            carried.leg.cancel()
        await ended(carried.leg)
        await is_hung_up(world)


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.01])
async def test_a_hang_up_that_is_given_too_little_time_hangs_up(world: SipWorld, seconds: float) -> None:
    async with calling(world, TO) as carried:
        await carried.party.met.wait()
        with pytest.raises((TimeoutError, asyncio.CancelledError)):
            await asyncio.wait_for(carried.leg, seconds)
        await ended(carried.leg)
        await is_hung_up(world)


async def referring(world: SipWorld, carried: Carried) -> "asyncio.Future[None]":
    """Of which nobody says for long what becomes of it."""
    await carried.party.met.wait()
    (await world.far.called(TO)).transfer = Transfer(after=60.0)
    assert carried.party.refer is not None
    return asyncio.ensure_future(carried.party.refer(ELSEWHERE))


@pytest.mark.parametrize("after", [0, 1, 2, 3, 5, 8, 20])
async def test_a_refer_that_nobody_waits_for_any_more_is_over_and_the_call_goes_on(world: SipWorld, after: int) -> None:
    async with calling(world, TO) as carried:
        refer = await referring(world, carried)
        await steps(after)
        refer.cancel()
        await ended(refer)
        assert refer.cancelled()
        assert not carried.leg.done()
        await carried.cancel()
        await is_hung_up(world)


async def test_a_refer_that_the_far_end_has_got_can_be_given_up_and_the_call_hung_up(world: SipWorld) -> None:
    async with calling(world, TO) as carried:
        refer = await referring(world, carried)
        leg = await world.far.called(TO)
        await leg.until(lambda seen: seen.refers, PATIENCE)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(refer, 0.01)
        assert refer.cancelled()
        await carried.cancel()
        await is_hung_up(world)


class Deaf:
    """A call of the library whose waiting swallows one cancellation, as `wait_for` of Python 3.11 does where an answer
    comes at that moment; then it waits for what never comes."""

    call_id, headers, state = "1", SimpleNamespace(), CallState.ESTABLISHED

    def __init__(self) -> None:
        self.waits = asyncio.Event()

    async def transfer(self, uri: str, *, timeout: float) -> None:
        self.waits.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(timeout)
            raise AssertionError(uri) from None


async def test_a_refer_is_over_although_the_library_swallows_a_cancellation() -> None:
    library = Deaf()
    refer = asyncio.create_task(SipCall(library, SystemClock()).refer("sip:x@127.0.0.1"))
    await library.waits.wait()
    others = asyncio.all_tasks() - {refer}

    refer.cancel()

    await ended(refer)
    assert refer.cancelled()
    assert asyncio.all_tasks() <= others

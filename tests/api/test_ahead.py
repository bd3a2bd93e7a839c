"""Working on one item while the next one is being made."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from applications.api.ahead import ahead
from ports.errors import Unavailable


async def test_items_are_worked_on_in_order_while_the_next_is_made() -> None:
    told: list[str] = []

    async def items() -> AsyncIterator[int]:
        for number in range(3):
            told.append(f"made {number}")
            yield number

    async def work(number: int) -> None:
        await asyncio.sleep(0)
        told.append(f"done {number}")

    await ahead(items(), work)
    assert told == ["made 0", "made 1", "done 0", "made 2", "done 1", "done 2"]


async def test_what_was_made_before_an_error_is_worked_on_before_it_is_raised() -> None:
    done: list[int] = []

    async def items() -> AsyncIterator[int]:
        yield 1
        raise Unavailable("no more")

    async def work(number: int) -> None:
        await asyncio.sleep(0)
        done.append(number)

    with pytest.raises(Unavailable):
        await ahead(items(), work)
    assert done == [1]


async def test_an_error_of_the_work_ends_the_making() -> None:
    begun, never = asyncio.Event(), asyncio.Event()
    ended = False

    async def items() -> AsyncIterator[int]:
        nonlocal ended
        yield 1
        begun.set()
        try:
            await never.wait()
        finally:
            ended = True
        yield 2

    async def work(_: int) -> None:
        await begun.wait()
        raise Unavailable("full")

    with pytest.raises(Unavailable):
        await ahead(items(), work)
    assert ended


async def test_nothing_is_worked_on_where_there_is_nothing() -> None:
    async def items() -> AsyncIterator[int]:
        return
        yield 1

    async def work(_: int) -> None:
        raise AssertionError

    await ahead(items(), work)

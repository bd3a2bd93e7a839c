"""What every outbox for results promises."""

import asyncio
from datetime import timedelta

import pytest

from contract_tests.backends.scene import NOON, package
from domain.ids import CallId
from ports.errors import NotFound
from ports.result_outbox import Parcel, ResultOutbox

A, B, C = CallId("call_a"), CallId("call_b"), CallId("call/../c")
LATER = NOON + timedelta(hours=1)


async def test_a_parcel_is_due_as_it_was_put(result_outbox: ResultOutbox) -> None:
    body = package(A) + b"\n\0 bytes stay as they are \xff\n"
    await result_outbox.put(A, body, at=NOON)

    assert list(await result_outbox.due(at=NOON, limit=10)) == [Parcel(call_id=A, body=body, due_at=NOON)]
    assert await result_outbox.waiting() == 1


async def test_a_parcel_is_not_due_before_its_time(result_outbox: ResultOutbox) -> None:
    await result_outbox.put(A, b"a", at=LATER)

    assert list(await result_outbox.due(at=NOON, limit=10)) == []
    assert len(await result_outbox.due(at=LATER, limit=10)) == 1


async def test_longest_due_comes_first(result_outbox: ResultOutbox) -> None:
    await result_outbox.put(A, b"a", at=LATER)
    await result_outbox.put(B, b"b", at=NOON)
    await result_outbox.put(C, b"c", at=NOON + timedelta(minutes=1))

    assert [parcel.call_id for parcel in await result_outbox.due(at=LATER, limit=10)] == [B, C, A]
    assert [parcel.call_id for parcel in await result_outbox.due(at=LATER, limit=2)] == [B, C]


async def test_a_call_keeps_the_parcel_it_has(result_outbox: ResultOutbox) -> None:
    await result_outbox.put(A, b"first", at=NOON)
    await result_outbox.postpone(A, due_at=LATER)
    await result_outbox.put(A, b"second", at=NOON)

    assert list(await result_outbox.due(at=LATER, limit=10)) == [
        Parcel(call_id=A, body=b"first", due_at=LATER, tries=1)
    ]


async def test_of_two_puts_at_once_one_stays(result_outbox: ResultOutbox) -> None:
    async with asyncio.TaskGroup() as group:
        for n in range(10):
            group.create_task(result_outbox.put(A, b"%d" % n, at=NOON))

    assert await result_outbox.waiting() == 1
    assert (await result_outbox.due(at=NOON, limit=10))[0].body in [b"%d" % n for n in range(10)]


async def test_every_postponement_counts_a_try(result_outbox: ResultOutbox) -> None:
    await result_outbox.put(A, b"a", at=NOON)
    for tries in range(1, 4):
        due_at = NOON + timedelta(minutes=tries)
        await result_outbox.postpone(A, due_at=due_at)
        assert list(await result_outbox.due(at=due_at - timedelta(seconds=1), limit=1)) == []
        assert [parcel.tries for parcel in await result_outbox.due(at=due_at, limit=1)] == [tries]


async def test_what_has_arrived_is_gone_and_twice_is_once(result_outbox: ResultOutbox) -> None:
    await result_outbox.put(A, b"a", at=NOON)
    await result_outbox.delivered(A)
    await result_outbox.delivered(A)

    assert await result_outbox.waiting() == 0
    with pytest.raises(NotFound):
        await result_outbox.postpone(A, due_at=LATER)


async def test_a_parked_parcel_is_never_due_and_never_replaced(result_outbox: ResultOutbox) -> None:
    await result_outbox.put(A, b"a", at=NOON)
    await result_outbox.put(C, b"c", at=NOON)
    await result_outbox.park(C, "conflict")
    await result_outbox.put(C, b"again", at=NOON)

    assert [parcel.call_id for parcel in await result_outbox.due(at=LATER, limit=10)] == [A]
    assert list(await result_outbox.parked()) == [C]
    assert await result_outbox.waiting() == 1
    with pytest.raises(NotFound):
        await result_outbox.postpone(C, due_at=LATER)


async def test_postponing_while_others_look_forgets_no_try(result_outbox: ResultOutbox) -> None:
    await result_outbox.put(A, b"a", at=NOON)
    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(result_outbox.postpone(A, due_at=LATER))
            group.create_task(result_outbox.waiting())
            group.create_task(result_outbox.due(at=NOON, limit=5))

    assert [parcel.tries for parcel in await result_outbox.due(at=LATER, limit=1)] == [5]

"""What every EventLog promises."""

import asyncio
from dataclasses import replace

from contract_tests.ports.specimens import BRAND, OTHER_BRAND, event
from domain.event import LoggedEvent
from ports.event_log import EventLog


async def test_events_stand_in_the_order_in_which_they_were_appended(event_log: EventLog) -> None:
    assert await event_log.last_position() == 0

    logged = await event_log.append([event(2), event(1)])
    more = await event_log.append([event(3)])

    assert [one.event for one in logged] == [event(2), event(1)]
    assert await event_log.read(BRAND, after=0, limit=10) == [*logged, *more]
    assert await event_log.last_position() == more[0].position
    assert 0 < logged[0].position < logged[1].position < more[0].position


async def test_a_repeat_is_known_by_its_id_and_keeps_its_position(event_log: EventLog) -> None:
    first, second = await event_log.append([event(1), event(2)])

    again = await event_log.append([event(2), event(3), event(1), event(3)])

    assert again[0] == second
    assert again[2] == first
    assert again[1] == again[3]
    assert [one.event for one in await event_log.read(BRAND, after=0, limit=10)] == [event(1), event(2), event(3)]
    assert await event_log.append([]) == []


async def test_a_repeat_with_other_words_changes_nothing(event_log: EventLog) -> None:
    (logged,) = await event_log.append([event(1)])

    assert await event_log.append([replace(event(1), data={"outcome": "busy"})]) == [logged]


async def test_the_log_is_read_from_a_position_and_by_brand(event_log: EventLog) -> None:
    theirs = event(2, brand=OTHER_BRAND)
    first, other, third, fourth = await event_log.append([event(1), theirs, event(3), event(4)])

    assert await event_log.read(BRAND, after=first.position, limit=10) == [third, fourth]
    assert await event_log.read(BRAND, after=0, limit=2) == [first, third]
    assert await event_log.read(OTHER_BRAND, after=0, limit=2) == [other]
    assert await event_log.read(BRAND, after=fourth.position, limit=2) == []


async def test_a_reader_misses_nothing_while_many_append(event_log: EventLog) -> None:
    seen: list[LoggedEvent] = []

    async def append(writer: int) -> None:
        for number in range(20):
            await event_log.append([event(writer * 100 + number)])

    async def follow() -> None:
        while len(seen) < 160:
            seen.extend(await event_log.read(BRAND, after=seen[-1].position if seen else 0, limit=7))
            await asyncio.sleep(0)

    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(follow())
        for writer in range(8):
            tasks.create_task(append(writer))

    assert seen == await event_log.read(BRAND, after=0, limit=1000)
    for writer in range(8):
        of_writer = [one.event for one in seen if one.event in [event(writer * 100 + n) for n in range(20)]]
        assert of_writer == [event(writer * 100 + number) for number in range(20)]

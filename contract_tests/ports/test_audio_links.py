"""What every implementation of AudioLinks promises."""

import asyncio
from dataclasses import replace
from itertools import cycle, pairwise

import pytest

from contract_tests.backends.phone_world import RoomWorld
from contract_tests.backends.vocabulary import FRAMES_A_WORD, WORDS, frame, words
from contract_tests.ports.company import EVERYBODY, PATIENCE, frames, is_a, join, rest, say, until, until_said
from domain.calls.audio import FRAME_SECONDS
from ports.audio_links import AudioLink, Heard, Joined, Left, LinkEvent, Pressed
from ports.errors import Refused, Unavailable

LEAD = 0.06
WORDS_A_SECOND = round(1 / (FRAMES_A_WORD * FRAME_SECONDS))
SECONDS_OF_WORDS = 12
PATH = 0.4
"""Seconds that sound may take through a media server and its buffers on a busy machine."""


async def up_to_digit(link: AudioLink, party: str, patience: float = PATIENCE) -> list[LinkEvent]:
    """What was heard until that party pressed a key: everything it said before has come by then."""
    return await until(link.events(), is_a(Pressed, party), patience)


async def played(world: RoomWorld, link: AudioLink, places: list[float]) -> None:
    """Until what was given to `speak` has begun."""
    while link.clock() <= places[-1] + 0.005:
        await world.clock.sleep(0.005)


async def test_what_is_said_is_heard_in_its_order(audio_links: RoomWorld) -> None:
    anna = await join(audio_links, "call_1", "anna")
    ben = await join(audio_links, "call_1", "ben")

    await say(anna, "good", "morning")

    heard = await until_said(ben.events(), "anna", "morning")
    assert words(frames(heard, "anna")) == ["good", "morning"]


async def test_nobody_hears_themselves(audio_links: RoomWorld) -> None:
    anna = await join(audio_links, "call_1", "anna")
    ben = await join(audio_links, "call_1", "ben")
    await played(audio_links, anna, await say(anna, "hello"))

    await ben.press("1")

    assert frames(await up_to_digit(anna, "ben"), "anna") == []


async def test_parties_come_apart_and_never_mixed(audio_links: RoomWorld) -> None:
    anna, ben, carl = [await join(audio_links, "call_1", party) for party in ("anna", "ben", "carl")]

    async with asyncio.TaskGroup() as group:
        group.create_task(say(anna, "a", "b", "c"))
        group.create_task(say(ben, "one", "two", "three"))

    async with asyncio.TaskGroup() as group:
        group.create_task(anna.press("1"))
        group.create_task(ben.press("2"))
    heard = await up_to_digit(carl, "anna")
    if not any(isinstance(event, Pressed) and event.party == "ben" for event in heard):
        heard += await up_to_digit(carl, "ben")
    assert words(frames(heard, "anna")) == ["a", "b", "c"]
    assert words(frames(heard, "ben")) == ["one", "two", "three"]


async def test_frames_follow_one_another_on_the_rooms_clock_from_where_speak_said(audio_links: RoomWorld) -> None:
    anna = await join(audio_links, "call_1", "anna")
    ben = await join(audio_links, "call_1", "ben")

    places = await say(anna, *"abcdefgh")
    await played(audio_links, anna, places)
    await anna.press("1")

    heard = await up_to_digit(ben, "anna")
    assert words(frames(heard, "anna")) == list("abcdefgh")
    at = [event.at for event in heard if isinstance(event, Heard)]
    assert -FRAME_SECONDS <= at[0] - places[0] <= PATH
    assert [b - a for a, b in pairwise(at)] == pytest.approx([FRAME_SECONDS] * (len(at) - 1), abs=0.001)


async def test_nobody_gets_more_than_60_ms_ahead_of_the_room(audio_links: RoomWorld) -> None:
    anna = await join(audio_links, "call_1", "anna")

    for word in WORDS:
        before = anna.clock()
        at = await anna.speak(frame(word))
        assert at + FRAME_SECONDS <= before + LEAD + 0.001
        assert anna.clock() >= at + FRAME_SECONDS - LEAD


async def test_flush_unsays_what_has_not_begun_and_its_words(audio_links: RoomWorld) -> None:
    anna = await join(audio_links, "call_1", "anna")
    ben = await join(audio_links, "call_1", "ben")
    await say(anna, "one")
    async with asyncio.TaskGroup() as group:
        group.create_task(anna.speak(frame("two")))
        group.create_task(anna.speak(frame("three")))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        anna.flush()

    places = await say(anna, "four")
    await played(audio_links, anna, places)
    await anna.press("1")

    said = words(frames(await up_to_digit(ben, "anna"), "anna"))
    assert said[0] == "one"
    assert "three" not in said
    assert said[-1] == "four"


async def test_flush_unsays_what_speak_has_come_back_from(audio_links: RoomWorld) -> None:
    anna = await join(audio_links, "call_1", "anna")
    ben = await join(audio_links, "call_1", "ben")
    in_time = False
    async with asyncio.timeout(PATIENCE):
        while not in_time:  # on a busy machine it may begin before it is unsaid
            await say(anna, "one")
            at = await anna.speak(frame("two"))
            in_time = anna.clock() + FRAME_SECONDS / 2 < at
            anna.flush()

    await played(audio_links, anna, await say(anna, "three"))
    await anna.press("1")

    assert words(frames(await up_to_digit(ben, "anna"), "anna"))[-2:] == ["one", "three"]


async def test_flush_of_nothing_is_nothing(audio_links: RoomWorld) -> None:
    anna = await join(audio_links, "call_1", "anna")
    ben = await join(audio_links, "call_1", "ben")
    anna.flush()

    await say(anna, "hello")

    assert await until_said(ben.events(), "anna", "hello")


async def test_a_whisper_is_for_those_who_may_hear_it(audio_links: RoomWorld) -> None:
    supervisor = await join(audio_links, "call_1", "carl", by=frozenset({"anna"}))
    anna = await join(audio_links, "call_1", "anna")
    ben = await join(audio_links, "call_1", "ben")

    await played(audio_links, supervisor, await say(supervisor, "psst"))
    await supervisor.press("9")
    await say(anna, "hello")

    assert words(frames(await up_to_digit(anna, "carl"), "carl")) == ["psst"]
    heard = await until_said(ben.events(), "anna", "hello")
    assert frames(heard, "carl") == []
    assert not any(isinstance(event, Pressed) for event in heard)


async def test_one_who_chose_whom_it_hears_hears_nobody_else(audio_links: RoomWorld) -> None:
    anna = await join(audio_links, "call_1", "anna")
    ben = await join(audio_links, "call_1", "ben")
    screening = await join(audio_links, "call_1", "dialler", hears=frozenset({"ben"}))

    await played(audio_links, anna, await say(anna, "no"))
    await say(ben, "yes")

    heard = await until_said(screening.events(), "ben", "yes")
    assert frames(heard, "anna") == []


async def test_those_who_were_there_come_first(audio_links: RoomWorld) -> None:
    await join(audio_links, "call_1", "anna")
    await join(audio_links, "call_1", "ben")
    carl = await join(audio_links, "call_1", "carl")

    await join(audio_links, "call_1", "core")

    seen = await until(carl.events(), is_a(Joined, "core"))
    assert [event.party for event in seen if isinstance(event, Joined)] == ["anna", "ben", "core"]


async def test_one_that_leaves_is_told_of_once_and_not_heard_again(audio_links: RoomWorld) -> None:
    anna = await join(audio_links, "call_1", "anna")
    ben = await join(audio_links, "call_1", "ben")
    await say(anna, "one")
    async with asyncio.TaskGroup() as group:
        group.create_task(anna.speak(frame("two")))
        group.create_task(anna.speak(frame("three")))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await anna.leave()
        await anna.leave()

    carl = await join(audio_links, "call_1", "carl")
    await carl.press("1")

    heard = await up_to_digit(ben, "carl")
    assert "three" not in words(frames(heard, "anna"))
    assert [event.party for event in heard if isinstance(event, Left)] == ["anna"]
    assert not any(isinstance(event, Heard) for event in heard[heard.index(next(filter(is_a(Left, "anna"), heard))) :])


async def test_one_that_has_left_hears_and_says_no_more(audio_links: RoomWorld) -> None:
    anna = await join(audio_links, "call_1", "anna")
    ben = await join(audio_links, "call_1", "ben")
    await say(ben, "before")

    await anna.leave()
    await say(ben, "after")

    assert frames(await rest(anna.events()), "ben") == []
    with pytest.raises(Unavailable):
        await anna.speak(frame("late"))
    with pytest.raises(Unavailable):
        await anna.press("1")
    anna.flush()


async def test_keys_come_in_their_order_with_the_sound_before_them(audio_links: RoomWorld) -> None:
    anna = await join(audio_links, "call_1", "anna")
    ben = await join(audio_links, "call_1", "ben")
    await played(audio_links, anna, await say(anna, "before"))

    for digit in "0123456789*#":
        await anna.press(digit)

    events = await until(ben.events(), lambda event: isinstance(event, Pressed) and event.digit == "#")
    assert [event.digit for event in events if isinstance(event, Pressed)] == list("0123456789*#")
    assert words(frames(events, "anna")) == ["before"]
    assert isinstance(events[-13], Heard)


async def test_a_ticket_is_good_once(audio_links: RoomWorld) -> None:
    await audio_links.rooms.open("call_1")
    invitation = await audio_links.rooms.invite("call_1", "anna", hears=EVERYBODY, heard_by=EVERYBODY)
    await audio_links.links.join(invitation)

    with pytest.raises(Refused):
        await audio_links.links.join(invitation)


@pytest.mark.parametrize(
    "change",
    [{"party": "core"}, {"room": "call_2"}, {"token": "forged"}, {"token": ""}, {"token": "QUJD" * 20}],
    ids=["party", "room", "word", "empty", "unsigned"],
)
async def test_a_forged_ticket_is_refused(audio_links: RoomWorld, change: dict[str, str]) -> None:
    await audio_links.rooms.open("call_1")
    await audio_links.rooms.open("call_2")
    invitation = await audio_links.rooms.invite("call_1", "anna", hears=EVERYBODY, heard_by=EVERYBODY)

    with pytest.raises(Refused):
        await audio_links.links.join(replace(invitation, **change))


async def test_a_ticket_of_a_closed_room_is_refused(audio_links: RoomWorld) -> None:
    await audio_links.rooms.open("call_1")
    invitation = await audio_links.rooms.invite("call_1", "anna", hears=EVERYBODY, heard_by=EVERYBODY)
    await audio_links.rooms.close("call_1")

    with pytest.raises(Refused):
        await audio_links.links.join(invitation)


async def test_who_joins_under_a_name_that_is_taken_takes_its_place(audio_links: RoomWorld) -> None:
    first = await join(audio_links, "call_1", "anna")
    ben = await join(audio_links, "call_1", "ben")

    second = await join(audio_links, "call_1", "anna")
    await say(second, "me")

    await rest(first.events())
    assert words(frames(await until_said(ben.events(), "anna", "me"), "anna")) == ["me"]


async def test_a_slow_reader_loses_the_oldest_and_holds_up_nobody(audio_links: RoomWorld) -> None:
    anna, slow, quick = [await join(audio_links, "call_1", party) for party in ("anna", "ben", "carl")]
    said = [word for _, word in zip(range(SECONDS_OF_WORDS * WORDS_A_SECOND), cycle(WORDS), strict=False)]

    async with asyncio.TaskGroup() as group:
        hearing = group.create_task(up_to_digit(quick, "anna", patience=SECONDS_OF_WORDS + PATIENCE))
        await played(audio_links, anna, await say(anna, *said))
        await anna.press("1")

    assert words(frames(hearing.result(), "anna")) == said
    late = words(frames(await up_to_digit(slow, "anna"), "anna"))
    assert late == said[-len(late) :]
    assert WORDS_A_SECOND < len(late) < len(said)


async def test_everybody_reads_the_same_clock(audio_links: RoomWorld) -> None:
    anna = await join(audio_links, "call_1", "anna")
    await audio_links.clock.sleep(0.1)
    ben = await join(audio_links, "call_1", "ben")

    assert anna.clock() == pytest.approx(ben.clock(), abs=0.05)
    assert anna.clock() >= 0.1 - 0.01

"""What links promise besides where sound travels as data: it arrives as it was spoken, in its place, with its words."""

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

from contract_tests.backends.phone_world import RoomWorld
from contract_tests.backends.vocabulary import frame
from contract_tests.ports.company import PATIENCE, frames, is_a, join, until
from domain.calls.audio import FRAME_SECONDS, AudioFrame, Mark
from ports.audio_links import AudioLink, Heard, LinkEvent, Pressed


async def say(link: AudioLink, *said: str) -> list[float]:
    return [await link.speak(frame(word)) for word in said]


def marked(heard: list[LinkEvent], party: str) -> list[str]:
    return [mark.word for one in frames(heard, party) for mark in one.marks]


def short_frame(word: str) -> AudioFrame:
    """Half a millisecond, so that very many pass quickly."""
    return AudioFrame(pcm=(word.encode() * 16)[:16], marks=(Mark(word=word, seconds=0.0005),))


async def up_to_digit(link: AudioLink, party: str) -> list[LinkEvent]:
    return await until(link.events(), is_a(Pressed, party), PATIENCE)


async def test_a_frame_arrives_as_it_was_spoken_with_its_words(exact_links: RoomWorld) -> None:
    anna = await join(exact_links, "call_1", "anna")
    ben = await join(exact_links, "call_1", "ben")

    await say(anna, "good", "morning")

    heard = await until(ben.events(), lambda event: isinstance(event, Heard) and event.frame == frame("morning"))
    assert frames(heard, "anna") == [frame("good"), frame("morning")]


async def test_a_frame_keeps_when_it_was_spoken_and_is_heard_where_it_is_played(exact_links: RoomWorld) -> None:
    anna = await join(exact_links, "call_1", "anna")
    ben = await join(exact_links, "call_1", "ben")
    late = replace(frame("late"), began=anna.clock() - 0.25)

    place = await anna.speak(late)

    heard = await until(ben.events(), lambda event: isinstance(event, Heard), PATIENCE)
    assert frames(heard, "anna") == [late]
    assert [event.at for event in heard if isinstance(event, Heard)] == pytest.approx([place], abs=0.001)


async def test_frames_are_heard_in_the_places_that_speak_said(exact_links: RoomWorld) -> None:
    anna = await join(exact_links, "call_1", "anna")
    ben = await join(exact_links, "call_1", "ben")

    places = await say(anna, *"abcdefgh")

    heard = await until(ben.events(), lambda event: isinstance(event, Heard) and event.frame == frame("h"))
    at = [event.at for event in heard if isinstance(event, Heard)]
    assert at == pytest.approx(places, abs=0.001)
    assert [b - a for a, b in pairwise(at)] == pytest.approx([FRAME_SECONDS] * 7, abs=0.001)


async def test_flush_unsays_words_with_their_sound(exact_links: RoomWorld) -> None:
    anna = await join(exact_links, "call_1", "anna")
    ben = await join(exact_links, "call_1", "ben")
    await say(anna, "one")
    async with asyncio.TaskGroup() as group:
        group.create_task(say(anna, "two"))
        group.create_task(say(anna, "three"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        anna.flush()

    places = await say(anna, "four")
    while anna.clock() <= places[-1] + 0.005:
        await exact_links.clock.sleep(0.005)
    await anna.press("1")

    said = marked(await up_to_digit(ben, "anna"), "anna")
    assert said[0] == "one"
    assert "three" not in said
    assert said[-1] == "four"


async def test_a_slow_reader_loses_the_oldest_words_with_their_sound(exact_links: RoomWorld) -> None:
    anna, slow, quick = [await join(exact_links, "call_1", party) for party in ("anna", "ben", "carl")]
    said = [f"word{number}" for number in range(1500)]

    async with asyncio.TaskGroup() as group:
        hearing = group.create_task(up_to_digit(quick, "anna"))
        places = [await anna.speak(short_frame(word)) for word in said]
        while anna.clock() <= places[-1] + 0.005:
            await exact_links.clock.sleep(0.005)
        await anna.press("1")

    assert marked(hearing.result(), "anna") == said
    late = marked(await up_to_digit(slow, "anna"), "anna")
    assert late == said[-len(late) :]
    assert 100 < len(late) < len(said)

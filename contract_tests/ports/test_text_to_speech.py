"""Every speaker speaks in whole frames, marks its words in order, and refuses a voice that there is not."""

import asyncio
from itertools import pairwise

import pytest

from domain.calls.audio import FRAME_BYTES, FRAME_SECONDS, AudioFrame, Mark
from ports.errors import Refused
from ports.text_to_speech import TextToSpeech

TEXT = "Good morning, this is Anna. May I ask how many people live with you?"


async def spoken(speaker: TextToSpeech, text: str, voice: str = "en-us") -> list[AudioFrame]:
    return [frame async for frame in speaker.speak(text, voice=voice)]


def marks(frames: list[AudioFrame]) -> list[tuple[int, Mark]]:
    return [(nth, mark) for nth, frame in enumerate(frames) for mark in frame.marks]


async def test_speech_comes_in_frames_of_20_ms(text_to_speech: TextToSpeech) -> None:
    frames = await spoken(text_to_speech, TEXT)

    assert {len(frame.pcm) for frame in frames} == {FRAME_BYTES}


async def test_speech_can_be_heard_and_takes_about_as_long_as_a_person_would(text_to_speech: TextToSpeech) -> None:
    frames = await spoken(text_to_speech, TEXT)

    assert sum(any(frame.pcm) for frame in frames) > len(frames) / 2
    assert 2.5 < len(frames) * FRAME_SECONDS < 7.0


async def test_every_word_is_marked_in_the_order_of_the_text(text_to_speech: TextToSpeech) -> None:
    frames = await spoken(text_to_speech, TEXT)

    assert [mark.word for _, mark in marks(frames)] == TEXT.split()


async def test_a_word_is_marked_in_a_sounding_frame_and_is_no_longer_than_what_was_spoken_until_then(
    text_to_speech: TextToSpeech,
) -> None:
    frames = await spoken(text_to_speech, TEXT)

    for nth, mark in marks(frames):
        assert any(frames[nth].pcm)
        assert 0 < mark.seconds <= (nth + 1) * FRAME_SECONDS + 1e-6


async def test_words_do_not_overlap(text_to_speech: TextToSpeech) -> None:
    ends = [(nth + 1, mark) for nth, mark in marks(await spoken(text_to_speech, TEXT))]

    for (earlier, _), (later, mark) in pairwise(ends):
        assert (later - earlier) * FRAME_SECONDS >= mark.seconds - FRAME_SECONDS - 1e-6


async def test_the_last_word_ends_where_the_speech_ends(text_to_speech: TextToSpeech) -> None:
    frames = await spoken(text_to_speech, TEXT)

    assert len(frames) - marks(frames)[-1][0] < 10


async def test_numbers_and_odd_signs_lose_no_word(text_to_speech: TextToSpeech) -> None:
    text = "You owe 1,234.50 — that's €20 on 3rd May, o'clock 12:30, ok?"

    words = [mark.word for _, mark in marks(await spoken(text_to_speech, text))]

    assert words == [word for word in text.split() if word != "—"]


async def test_letters_beyond_ascii_are_words_too(text_to_speech: TextToSpeech) -> None:
    words = [mark.word for _, mark in marks(await spoken(text_to_speech, "Grüße aus Köln", "de"))]

    assert words == ["Grüße", "aus", "Köln"]


async def test_a_text_takes_the_same_words_and_about_the_same_time_again(text_to_speech: TextToSpeech) -> None:
    one, other = await spoken(text_to_speech, TEXT), await spoken(text_to_speech, TEXT)

    assert [mark.word for _, mark in marks(one)] == [mark.word for _, mark in marks(other)]
    assert abs(len(one) - len(other)) <= 5


async def test_a_text_without_a_word_has_no_marks(text_to_speech: TextToSpeech) -> None:
    for text in ("", "   ", "...", "— !"):
        assert marks(await spoken(text_to_speech, text)) == []


@pytest.mark.parametrize("voice", ["", "nobody", "../en-us", "en-us\0", "EXAVITQu4vr4xnSDxMaL"])
async def test_a_voice_that_there_is_not_is_refused(text_to_speech: TextToSpeech, voice: str) -> None:
    with pytest.raises(Refused):
        await spoken(text_to_speech, "Hello", voice)


async def test_after_a_refusal_it_speaks_as_before(text_to_speech: TextToSpeech) -> None:
    with pytest.raises(Refused):
        await spoken(text_to_speech, "Hello", "nobody")

    assert marks(await spoken(text_to_speech, "Hello"))


@pytest.mark.parametrize("voice", ["en-us", "en-gb", "de", "en-us+f3"])
async def test_the_voices_of_the_embedded_default_are_there(text_to_speech: TextToSpeech, voice: str) -> None:
    assert marks(await spoken(text_to_speech, "Hello", voice))


async def test_many_may_ask_at_once_and_each_gets_its_own(text_to_speech: TextToSpeech) -> None:
    texts = [f"This is number {n} of many" for n in range(12)]

    answers = await asyncio.gather(*(spoken(text_to_speech, text) for text in texts))

    assert [" ".join(mark.word for _, mark in marks(frames)) for frames in answers] == texts


async def test_who_stops_listening_harms_nobody_else(text_to_speech: TextToSpeech) -> None:
    for n in range(5):
        asking = asyncio.ensure_future(spoken(text_to_speech, f"Never mind {n}"))
        for _ in range(n):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

    assert [mark.word for _, mark in marks(await spoken(text_to_speech, "Still here"))] == ["Still", "here"]

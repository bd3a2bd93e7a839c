"""Every recogniser tells words as they are spoken and makes them final in silence; what is cut is not recognised."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from adapters.memory.text_to_speech import MemoryTextToSpeech
from domain.calls.audio import FRAME_SECONDS, RATE, AudioFrame
from ports.speech_to_text import Recognised, SpeechToText

LONG_SILENCE = AudioFrame(pcm=bytes(2 * RATE))


def silence(seconds: float) -> list[AudioFrame]:
    return [AudioFrame(pcm=bytes(640))] * round(seconds / FRAME_SECONDS)


async def said(text: str) -> list[AudioFrame]:
    return [frame async for frame in MemoryTextToSpeech().speak(text, voice="en-us")]


async def recognised(
    recogniser: SpeechToText, frames: Sequence[AudioFrame], *, seed: str = "call_1/callee"
) -> list[Recognised]:
    async with recogniser.open(language="en", seed=seed) as recognition:
        for frame in frames:
            recognition.hear(frame)
        results = recognition.results()
    return [result async for result in results]


def finals(results: Sequence[Recognised]) -> list[str]:
    return [result.text for result in results if result.final]


async def test_a_sentence_comes_word_by_word_and_is_final_after_silence(speech_to_text: SpeechToText) -> None:
    results = await recognised(speech_to_text, [*await said("how are you"), LONG_SILENCE])

    assert [(r.text, r.final) for r in results] == [
        ("how", False),
        ("how are", False),
        ("how are you", False),
        ("how are you", True),
    ]


async def test_nothing_is_final_before_there_was_silence(speech_to_text: SpeechToText) -> None:
    results = await recognised(speech_to_text, [*await said("how are you"), *silence(0.1)])

    assert finals(results) == []


async def test_a_long_word_is_no_silence(speech_to_text: SpeechToText) -> None:
    results = await recognised(speech_to_text, [*await said("an incomprehensibility"), LONG_SILENCE])

    assert finals(results) == ["an incomprehensibility"]


async def test_silence_may_come_in_small_pieces(speech_to_text: SpeechToText) -> None:
    results = await recognised(speech_to_text, [*await said("yes please"), *silence(1.0)])

    assert finals(results) == ["yes please"]


async def test_a_final_one_begins_anew(speech_to_text: SpeechToText) -> None:
    frames = [*await said("yes please"), LONG_SILENCE, *await said("on Tuesday"), LONG_SILENCE]

    results = await recognised(speech_to_text, frames)

    assert finals(results) == ["yes please", "on Tuesday"]
    assert results[3].text == "on"


async def test_silence_alone_says_nothing(speech_to_text: SpeechToText) -> None:
    assert await recognised(speech_to_text, [LONG_SILENCE] * 5) == []


async def test_word_times_are_in_seconds_of_audio_heard(speech_to_text: SpeechToText) -> None:
    first = await said("hello")
    results = await recognised(speech_to_text, [LONG_SILENCE, *first, LONG_SILENCE, *first, LONG_SILENCE])

    length = len(first) * FRAME_SECONDS
    words = [result.words[0] for result in results if result.final]
    assert [word.start for word in words] == pytest.approx([1.0, 2.0 + length], abs=0.05)
    assert [word.end for word in words] == pytest.approx([1.0 + length, 2.0 + 2 * length], abs=0.05)


async def test_cutting_the_audio_half_way_cuts_the_words(speech_to_text: SpeechToText) -> None:
    frames = await said("one two three four five six")
    half = frames[: len(frames) // 2]

    results = await recognised(speech_to_text, [*half, LONG_SILENCE])

    kept = " ".join(mark.word for frame in half for mark in frame.marks)
    assert finals(results) == [kept]
    assert "six" not in kept


async def test_words_of_dropped_frames_never_come(speech_to_text: SpeechToText) -> None:
    frames = await said("one two three four five six")
    third = len(frames) // 3
    left = [*frames[:third], *silence(third * FRAME_SECONDS), *frames[2 * third :]]

    results = await recognised(speech_to_text, [*left, LONG_SILENCE])

    kept = {mark.word for frame in left for mark in frame.marks}
    assert {word.text for result in results for word in result.words} == kept
    assert "three" not in kept


async def test_muted_audio_has_no_words(speech_to_text: SpeechToText) -> None:
    muted = [replace(frame, pcm=bytes(len(frame.pcm))) for frame in await said("can you hear me")]

    assert await recognised(speech_to_text, [*muted, LONG_SILENCE]) == []


async def test_the_same_audio_of_the_same_party_is_understood_the_same_way(speech_to_text: SpeechToText) -> None:
    frames = [*await said("the quick brown fox jumps over the lazy dog"), LONG_SILENCE]

    assert await recognised(speech_to_text, frames) == await recognised(speech_to_text, frames)


async def test_results_end_with_the_recognition(speech_to_text: SpeechToText) -> None:
    async with speech_to_text.open(language="en", seed="x") as recognition:
        results = recognition.results()

    assert [result async for result in results] == []


async def test_parties_do_not_hear_each_other(speech_to_text: SpeechToText) -> None:
    async with (
        speech_to_text.open(language="en", seed="a") as one,
        speech_to_text.open(language="en", seed="b") as other,
    ):
        for frame in [*await said("only me"), LONG_SILENCE]:
            one.hear(frame)
        mine, theirs = one.results(), other.results()

    assert finals([result async for result in mine]) == ["only me"]
    assert [result async for result in theirs] == []

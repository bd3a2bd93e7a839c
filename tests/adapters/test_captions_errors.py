"""Captions mishear as many words as they are told to, and the same ones each time."""

from adapters.captions.speech_to_text import CaptionsSpeechToText
from domain.calls.audio import AudioFrame, Mark

WORDS = [f"word{n}" for n in range(2000)]
SOUND = bytes([0, 16]) * 320
HUSH = AudioFrame(pcm=bytes(32_000))


async def understood(error_rate: float, seed: str = "call_1/callee", words: list[str] = WORDS) -> list[str]:
    recogniser = CaptionsSpeechToText(error_rate=error_rate)
    async with recogniser.open(language="en", seed=seed) as recognition:
        for word in words:
            recognition.hear(AudioFrame(pcm=SOUND, marks=(Mark(word=word, seconds=0.02),)))
            recognition.hear(HUSH)
        results = recognition.results()
    return [word.text async for result in results if result.final for word in result.words]


async def test_without_errors_every_word_is_understood() -> None:
    assert await understood(0.0) == WORDS


async def test_some_words_are_lost_and_some_are_taken_for_others() -> None:
    heard = await understood(0.1)

    right = sum(word in WORDS for word in heard)
    lost = len(WORDS) - len(heard)
    assert 0.87 < right / len(WORDS) < 0.93
    assert 0.02 < lost / len(WORDS) < 0.06


async def test_the_same_call_is_misheard_the_same_way_and_another_call_in_another() -> None:
    assert await understood(0.1) == await understood(0.1)
    assert await understood(0.1) != await understood(0.1, seed="call_2/callee")


async def test_how_long_silence_must_be_can_be_chosen() -> None:
    async with CaptionsSpeechToText(final_after=2.0).open(language="en", seed="x") as recognition:
        recognition.hear(AudioFrame(pcm=SOUND, marks=(Mark(word="hm", seconds=0.02),)))
        recognition.hear(HUSH)
        recognition.hear(HUSH)
        results = recognition.results()
    assert [result.final async for result in results] == [False, True]

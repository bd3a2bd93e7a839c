"""Every screening tells people from machines by the timing of their sounds, in time, and waits for the beep."""

import asyncio
import math
import struct
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest

from domain.calls.audio import AudioFrame
from domain.calls.room import CALLEE, CORE
from domain.campaigns.attempt import Verdict
from ports.audio_links import Heard, Joined, Left, LinkEvent, Pressed
from ports.screening import Screening


def tone(*hertz: float, loudness: int = 4000) -> AudioFrame:
    turns = [2 * math.pi * n / 16_000 for n in range(320)]
    samples = (round(loudness * sum(math.sin(h * turn) for h in hertz)) for turn in turns)
    return AudioFrame(pcm=struct.pack("<320h", *samples))


VOICE = tone(150, 250, 700)
BEEP = tone(1000)
HUSH = AudioFrame(pcm=bytes(640))


@dataclass(frozen=True)
class Sounds:
    """Frames of one kind, one after another. `frame` None is a party that sends nothing."""

    seconds: float
    frame: AudioFrame | None = None
    party: str = CALLEE


def nothing(seconds: float) -> Sounds:
    return Sounds(seconds)


def voice(seconds: float) -> Sounds:
    return Sounds(seconds, VOICE)


def beep(seconds: float = 0.4) -> Sounds:
    return Sounds(seconds, BEEP)


def now() -> float:
    return asyncio.get_running_loop().time()


async def heard(script: Sequence[Sounds], *, leaves: bool = False) -> AsyncIterator[LinkEvent]:
    """Plays the script in time, then stays silent for an hour or leaves."""
    yield Joined(party=CALLEE, at=0.0)
    at = 0.0
    for sounds in script:
        for _ in range(round(sounds.seconds / 0.02)):
            if sounds.frame is not None:
                yield Heard(party=sounds.party, frame=sounds.frame, at=at)
            await asyncio.sleep(0.02)
            at += 0.02
    if leaves:
        yield Left(party=CALLEE, at=at)
    await asyncio.sleep(3600)


async def verdict_on(screening: Screening, *script: Sounds, leaves: bool = False) -> tuple[Verdict, float]:
    """The verdict, and how many seconds after listening began it came."""
    began = now()
    async with screening.listen(heard(script, leaves=leaves)) as session:
        return await session.verdict(), now() - began


@pytest.mark.parametrize("length", [0.2, 0.5, 1.0, 1.7])
async def test_a_short_word_and_then_silence_is_a_person(screening: Screening, length: float) -> None:
    verdict, after = await verdict_on(screening, nothing(0.6), voice(length))

    assert verdict is Verdict.HUMAN
    assert after == pytest.approx(0.6 + length + 0.5, abs=0.15)


async def test_a_breath_between_words_does_not_end_the_greeting(screening: Screening) -> None:
    verdict, after = await verdict_on(screening, nothing(0.4), voice(0.4), nothing(0.3), voice(0.5))

    assert verdict is Verdict.HUMAN
    assert after == pytest.approx(2.1, abs=0.15)


async def test_frames_of_silence_are_silence(screening: Screening) -> None:
    verdict, after = await verdict_on(screening, Sounds(0.5, HUSH), voice(0.5), Sounds(2.0, HUSH))

    assert verdict is Verdict.HUMAN
    assert after == pytest.approx(1.5, abs=0.15)


async def test_a_long_greeting_is_a_machine_before_it_is_over(screening: Screening) -> None:
    verdict, after = await verdict_on(screening, nothing(0.5), voice(5.0))

    assert verdict is Verdict.MACHINE
    assert after == pytest.approx(0.5 + 2.3, abs=0.15)


async def test_a_long_greeting_with_breaths_is_a_machine(screening: Screening) -> None:
    phrases = (voice(0.8), nothing(0.2)) * 5

    verdict, _ = await verdict_on(screening, nothing(0.3), *phrases)

    assert verdict is Verdict.MACHINE


async def test_a_beep_is_a_machine(screening: Screening) -> None:
    verdict, after = await verdict_on(screening, nothing(0.8), beep())

    assert verdict is Verdict.MACHINE
    assert after < 1.5


async def test_nobody_speaking_is_silence(screening: Screening) -> None:
    verdict, after = await verdict_on(screening, nothing(10.0))

    assert verdict is Verdict.SILENCE
    assert after == pytest.approx(3.0, abs=0.15)


async def test_a_slow_answerer_is_still_a_person(screening: Screening) -> None:
    verdict, _ = await verdict_on(screening, nothing(2.4), voice(0.6))

    assert verdict is Verdict.HUMAN


async def test_what_is_neither_short_nor_long_is_unsure_after_four_seconds(screening: Screening) -> None:
    verdict, after = await verdict_on(screening, nothing(0.5), voice(2.1))

    assert verdict is Verdict.UNSURE
    assert 3.8 <= after <= 4.01


@pytest.mark.parametrize("before", [0.0, 1.0, 2.0, 2.9])
@pytest.mark.parametrize("length", [0.0, 0.3, 1.9, 3.0])
async def test_there_is_a_verdict_within_four_seconds(screening: Screening, before: float, length: float) -> None:
    _, after = await verdict_on(screening, nothing(before), voice(length), nothing(0.6), voice(0.4))

    assert after <= 4.01


async def test_others_in_the_room_are_not_judged(screening: Screening) -> None:
    verdict, _ = await verdict_on(screening, Sounds(4.0, VOICE, CORE))

    assert verdict is Verdict.SILENCE


async def test_keys_are_no_speech(screening: Screening) -> None:
    async def pressing() -> AsyncIterator[LinkEvent]:
        yield Pressed(party=CALLEE, digit="1", at=0.0)
        await asyncio.sleep(3600)

    async with screening.listen(pressing()) as session:
        assert await session.verdict() is Verdict.SILENCE


async def test_a_verdict_is_the_same_however_often_it_is_asked(screening: Screening) -> None:
    async with screening.listen(heard([nothing(0.5), voice(0.5), nothing(1.0), voice(5.0), beep()])) as session:
        first = await session.verdict()
        await asyncio.sleep(10.0)
        assert [first, await session.verdict(), await session.verdict()] == [Verdict.HUMAN] * 3


async def test_a_callee_who_leaves_at_once_was_silent(screening: Screening) -> None:
    verdict, after = await verdict_on(screening, nothing(0.4), leaves=True)

    assert verdict is Verdict.SILENCE
    assert after < 0.5


async def test_a_callee_who_leaves_in_the_middle_of_a_word_leaves_us_unsure(screening: Screening) -> None:
    verdict, after = await verdict_on(screening, nothing(0.4), voice(0.4), leaves=True)

    assert verdict is Verdict.UNSURE
    assert after < 1.0


async def test_events_that_end_end_the_screening(screening: Screening) -> None:
    async def none() -> AsyncIterator[LinkEvent]:
        return
        yield

    async with screening.listen(none()) as session:
        assert await session.verdict() is Verdict.SILENCE
        assert not await session.beep(30.0)


async def test_the_beep_is_told_just_after_it_has_ended(screening: Screening) -> None:
    began = now()
    async with screening.listen(heard([voice(4.0), nothing(0.6), beep(0.4), nothing(5.0)])) as session:
        assert await session.verdict() is Verdict.MACHINE
        assert await session.beep(30.0)
        assert 5.0 < now() - began < 5.3


async def test_a_beep_that_came_before_anybody_asked_is_told_at_once(screening: Screening) -> None:
    async with screening.listen(heard([nothing(0.5), beep(), nothing(20.0)])) as session:
        await asyncio.sleep(3.0)
        asked = now()
        assert await session.beep(10.0)
        assert now() - asked < 0.1


async def test_a_voice_is_no_beep(screening: Screening) -> None:
    began = now()
    async with screening.listen(heard([voice(8.0)])) as session:
        assert not await session.beep(6.0)
    assert now() - began == pytest.approx(6.0, abs=0.1)


async def test_a_click_is_no_beep(screening: Screening) -> None:
    async with screening.listen(heard([voice(3.0), nothing(0.5), beep(0.06), nothing(5.0)])) as session:
        assert not await session.beep(6.0)


async def test_no_beep_within_the_time_is_told_then(screening: Screening) -> None:
    began = now()
    async with screening.listen(heard([voice(3.0)])) as session:
        assert not await session.beep(5.0)
    assert now() - began == pytest.approx(5.0, abs=0.1)


async def test_a_callee_who_leaves_before_the_beep_ends_the_waiting(screening: Screening) -> None:
    began = now()
    async with screening.listen(heard([voice(3.0)], leaves=True)) as session:
        assert not await session.beep(30.0)
    assert now() - began == pytest.approx(3.0, abs=0.1)


async def test_an_error_of_the_listener_comes_out_as_it_was(screening: Screening) -> None:
    with pytest.raises(LookupError):
        async with screening.listen(heard([])):
            raise LookupError

"""The population also works with audible speech on a real clock, as `./cxb up` runs it."""

from collections.abc import AsyncIterator

import pytest

from adapters.acoustic.screening import AcousticScreening
from adapters.captions.speech_to_text import CaptionsSpeechToText
from adapters.espeak.text_to_speech import EspeakTextToSpeech
from adapters.simulation.population import Answer, Manner, Role
from domain.calls.room import DIALLER
from domain.campaigns.attempt import Verdict
from tests.adapters.simulated_call import called


@pytest.fixture
async def espeak() -> AsyncIterator[EspeakTextToSpeech]:
    speech = EspeakTextToSpeech()
    await speech.open()
    yield speech
    await speech.aclose()


async def test_a_human_is_screened_and_answers(espeak: EspeakTextToSpeech) -> None:
    role = Role(answer=Answer.HUMAN, manner=Manner.SAYS_NO)
    async with called(role, speech=espeak, words=CaptionsSpeechToText(), speed=100.0) as caller:
        ear = await caller.line.join(DIALLER)
        async with AcousticScreening(caller.line.clock).listen(ear.events()) as session:
            assert await session.verdict() is Verdict.HUMAN
        await caller.hear()
        answer = await caller.ask("Do you want it?")

    assert "no" in (answer or "").lower()


async def test_a_voicemail_is_screened_and_its_beep_is_heard(espeak: EspeakTextToSpeech) -> None:
    role = Role(answer=Answer.VOICEMAIL)
    async with called(role, speech=espeak, words=CaptionsSpeechToText(), speed=100.0) as caller:
        ear = await caller.line.join(DIALLER)
        async with AcousticScreening(caller.line.clock).listen(ear.events()) as session:
            assert await session.verdict() is Verdict.MACHINE
            assert await session.beep(10.0)

"""Pipecat with a voice that is one: Silero hears it, and it interrupts."""

from collections.abc import AsyncIterator

import pytest

from adapters.captions.speech_to_text import CaptionsSpeechToText
from adapters.espeak.text_to_speech import EspeakTextToSpeech
from adapters.memory.language_model import MemoryLanguageModel
from adapters.pipecat.conversation import PipecatConversation
from adapters.system.clock import SystemClock
from contract_tests.line import config_of, line
from domain.bots.bot import BotSpec
from domain.bots.flow import Edge, EdgeKind, FlowGraph, Step
from domain.calls.transcript import Speaker
from ports.conversation import Faltered
from ports.messages.core import Talk

STOP = Edge(to="no", kind=EdgeKind.EXPRESSION, when='says("stop")')
LONG = "I would like to tell you a long story about a man who went up a hill and came down a mountain."


def flow(say: str) -> BotSpec:
    ask = Step(id="ask", say=say, edges=(STOP,))
    return BotSpec(flow=FlowGraph(start="ask", steps=(ask, Step(id="no", say="Goodbye.", end="declined"))))


@pytest.fixture
async def speaker() -> AsyncIterator[EspeakTextToSpeech]:
    espeak = EspeakTextToSpeech()
    await espeak.open()
    yield espeak
    await espeak.aclose()


async def test_a_real_voice_is_heard_cuts_the_bot_and_is_answered(speaker: EspeakTextToSpeech) -> None:
    conversation = PipecatConversation(CaptionsSpeechToText(), speaker, MemoryLanguageModel(), SystemClock())
    async with line(conversation, config_of(flow(LONG)), text_to_speech=speaker) as call:
        await call.session.order(Talk())
        await call.callee.hears_the_bot(1.0)
        await call.callee.say("please stop it now")
        ended = await call.until_over()

        cut, said, answer = call.turns
        assert ended.disposition == "declined"
        assert cut.interrupted
        assert LONG.startswith(cut.text)
        assert cut.end < said.end
        assert (answer.text, answer.interrupted) == ("Goodbye.", False)
        assert answer.latency is not None
        assert answer.latency < 1.0


async def test_a_voice_that_there_is_not_is_told_of_and_the_flow_goes_on(speaker: EspeakTextToSpeech) -> None:
    conversation = PipecatConversation(CaptionsSpeechToText(), speaker, MemoryLanguageModel(), SystemClock())
    spec = flow("Hello.")
    mute = BotSpec(flow=spec.flow, voice="no-such-voice")
    async with line(conversation, config_of(mute), text_to_speech=speaker) as call:
        await call.session.order(Talk())
        await call.until(lambda: bool(call.all_told(Faltered)))
        await call.callee.say("stop")

        assert (await call.until_over()).disposition == "declined"
        assert call.texts(Speaker.BOT) == []

"""The memory engine where time is virtual: exact figures, and a thousand calls at once."""

import asyncio
import time

import pytest

from adapters.memory.clock import MemoryClock
from adapters.memory.conversation import MemoryConversation
from adapters.memory.language_model import MemoryLanguageModel, Reply
from adapters.memory.speech_to_text import MemorySpeechToText
from adapters.memory.text_to_speech import MemoryTextToSpeech
from contract_tests.line import Line, config_of, line
from domain.bots.bot import BotSpec
from domain.bots.flow import Edge, EdgeKind, FlowGraph, Step
from domain.calls.transcript import Speaker
from ports.language_model import EndCall, ReplyText
from ports.messages.core import Talk

pytestmark = pytest.mark.virtual_time

YES = Edge(to="yes", kind=EdgeKind.EXPRESSION, when='says("yes")')
FLOW = FlowGraph(
    start="ask", steps=(Step(id="ask", say="Is it well?", edges=(YES,)), Step(id="yes", say="Fine.", end="agreed"))
)


def memory_conversation(model: MemoryLanguageModel | None = None) -> MemoryConversation:
    return MemoryConversation(MemorySpeechToText(), MemoryTextToSpeech(), model or MemoryLanguageModel(), MemoryClock())


async def say_yes(call: Line) -> None:
    await call.session.order(Talk())
    await call.until_turns(1)
    await call.callee.say("yes")
    await call.until_over()


async def test_the_bot_answers_when_the_policys_silence_has_passed() -> None:
    async with line(memory_conversation(), config_of(BotSpec(flow=FLOW)), clock=MemoryClock()) as call:
        await say_yes(call)

        assert call.turns[2].latency == pytest.approx(0.5, abs=0.03)


async def test_a_model_that_thinks_aloud_is_spoken_sentence_by_sentence() -> None:
    script: list[Reply] = [[ReplyText(text="One. Tw"), ReplyText(text="o. Three"), EndCall(disposition="counted")]]
    spec = BotSpec(prompt="Count.")
    async with line(
        memory_conversation(MemoryLanguageModel(replies=script)), config_of(spec), clock=MemoryClock()
    ) as call:
        await call.session.order(Talk())

        assert (await call.until_over()).disposition == "counted"
        assert call.texts(Speaker.BOT) == ["One. Two. Three"]


async def test_a_thousand_calls_at_once_take_seconds() -> None:
    async def one() -> None:
        async with line(memory_conversation(), config_of(BotSpec(flow=FLOW)), clock=MemoryClock()) as call:
            await say_yes(call)
            assert call.told[-1].disposition == "agreed"  # type: ignore[union-attr]  # the last one is Ended

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(1000)))

    assert time.perf_counter() - began < 30

"""The OpenAI adapter where a server misbehaves."""

import pytest

from adapters.openai.language_model import OpenAiLanguageModel
from contract_tests.vendors.openai_wire import KEY, MODEL, openai_server
from ports.errors import Unavailable
from ports.language_model import Author, EndCall, Message, ReplyText

SAID = [Message(author=Author.CALLEE, text="rain and snow")]


async def collect(model: OpenAiLanguageModel, got: list[ReplyText | EndCall]) -> None:
    async for piece in model.reply(SAID):
        got.append(piece)


async def test_a_stream_that_breaks_off_gives_what_came_and_is_then_unavailable() -> None:
    got: list[ReplyText | EndCall] = []
    async with openai_server(broken=True) as base_url:
        model = OpenAiLanguageModel(base_url=base_url, api_key=KEY, model=MODEL)
        with pytest.raises(Unavailable):
            await collect(model, got)
        await model.aclose()

    assert got == [ReplyText(text="You ")]


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    async with openai_server() as base_url:
        pass
    model = OpenAiLanguageModel(base_url=base_url, api_key=KEY, model=MODEL)
    with pytest.raises(Unavailable):
        await model.choose(SAID, ["it rains"])
    await model.aclose()

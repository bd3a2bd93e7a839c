"""A language model behind any endpoint that speaks OpenAI's chat completions."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final

from openai import AsyncOpenAI, AsyncStream
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from adapters.openai.errors import openai_errors
from adapters.openai.tools import END_CALL, ToolCall, choose_tool, chosen_number
from ports.errors import Refused
from ports.language_model import Author, EndCall, LanguageModel, Message, ReplyText

NOTHING_SAID: Final = "(The callee has just answered the phone.)"
"""Stands for the callee's first words, without which many servers refuse to answer."""

WHICH: Final = "Which of these conditions holds after what the callee said last? Call choose with its number."


class OpenAiLanguageModel(LanguageModel):
    """`time_limit` in seconds holds for each wait: for the first piece, for any next one, and for a choice."""

    def __init__(self, *, base_url: str, api_key: str, model: str, time_limit: float = 8.0) -> None:
        self._client = AsyncOpenAI(
            base_url=base_url, api_key=api_key or "none", timeout=time_limit, max_retries=0
        )  # a local server may want no key, the SDK does
        self._model = model
        self._time_limit = time_limit

    async def aclose(self) -> None:
        await self._client.close()

    async def reply(self, messages: Sequence[Message]) -> AsyncIterator[ReplyText | EndCall]:
        ending = ToolCall()
        with openai_errors():
            stream = await self._begin(messages)
        try:
            while (chunk := await self._next(stream)) is not None:
                for choice in chunk.choices:
                    ending.add(choice.delta)
                    if choice.delta.content:
                        yield ReplyText(text=choice.delta.content)
                    if choice.finish_reason == "content_filter":
                        raise Refused("the language model's own filter stopped it", reason="content_filter")
        finally:
            await stream.close()
        if ending.disposition is not None:
            yield EndCall(disposition=ending.disposition)

    async def choose(self, messages: Sequence[Message], conditions: Sequence[str]) -> int | None:
        if not conditions:
            return None
        listed = "\n".join(f"{number}. {condition}" for number, condition in enumerate(conditions, start=1))
        question = f"{WHICH}\n{listed}\n0. None of them"
        with openai_errors():
            async with asyncio.timeout(self._time_limit):
                answer = await self._client.chat.completions.create(
                    model=self._model,
                    messages=[*_roles(messages), {"role": "system", "content": question}],
                    tools=[choose_tool(conditions)],
                    tool_choice={"type": "function", "function": {"name": "choose"}},
                    temperature=0,
                )
        number = chosen_number(answer.choices[0].message) if answer.choices else None
        return number - 1 if number is not None and 1 <= number <= len(conditions) else None

    async def _begin(self, messages: Sequence[Message]) -> AsyncStream[ChatCompletionChunk]:
        async with asyncio.timeout(self._time_limit):
            return await self._client.chat.completions.create(
                model=self._model, messages=_roles(messages), tools=[END_CALL], stream=True
            )

    async def _next(self, stream: AsyncStream[ChatCompletionChunk]) -> ChatCompletionChunk | None:
        with openai_errors():
            async with asyncio.timeout(self._time_limit):
                return await anext(stream, None)


def _roles(messages: Sequence[Message]) -> list[ChatCompletionMessageParam]:
    said = [_role(message) for message in messages]
    if not any(message.author is Author.CALLEE for message in messages):
        said.append({"role": "user", "content": NOTHING_SAID})
    return said


def _role(message: Message) -> ChatCompletionMessageParam:
    match message.author:
        case Author.SYSTEM:
            return {"role": "system", "content": message.text}
        case Author.BOT:
            return {"role": "assistant", "content": message.text}
        case Author.CALLEE:
            return {"role": "user", "content": message.text}

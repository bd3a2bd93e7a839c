"""A real HTTP server that speaks OpenAI's chat completions, streamed and whole, the way Groq's were recorded.

It answers by the words that it sees: repeats them, says goodbye to a goodbye, chooses by shared words.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

KEY = "test-key"
MODEL = "test-model"
REFUSAL = {"error": {"message": "Invalid API Key", "type": "invalid_request_error", "code": "invalid_api_key"}}
USAGE = {"prompt_tokens": 30, "completion_tokens": 7, "total_tokens": 37}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the model says, and the tool that it calls."""

    words: str = ""
    tool: str = ""
    arguments: str = ""


@asynccontextmanager
async def openai_server(*, silent: bool = False, broken: bool = False) -> AsyncIterator[str]:
    """The base URL. A `silent` one takes requests and never answers; a `broken` one hangs up amid its stream."""
    handlers: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handlers.add(task)
        try:
            head, body = await _request(reader)
            if silent:
                await asyncio.Event().wait()
            await _respond(writer, head, json.loads(body), broken=broken)
        finally:
            writer.close()
            handlers.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        server.close()
        for task in tuple(handlers):
            task.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)
        await server.wait_closed()


async def _request(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = re.search(r"(?im)^content-length: (\d+)", head)
    return head, await reader.readexactly(int(length.group(1)) if length else 0)


async def _respond(writer: asyncio.StreamWriter, head: str, asked: dict[str, Any], *, broken: bool) -> None:
    assert head.startswith("POST /v1/chat/completions ")
    if not re.search(rf"(?im)^authorization: bearer {KEY}\r$", head):
        await _send(writer, "401 Unauthorized", "application/json", [json.dumps(REFUSAL)])
    elif asked.get("stream"):
        chunks = list(_chunks(asked, _answer(asked)))
        await _send(writer, "200 OK", "text/event-stream", chunks[:2] if broken else chunks, whole=not broken)
    else:
        await _send(writer, "200 OK", "application/json", [json.dumps(_completion(asked, _answer(asked)))])


async def _send(writer: asyncio.StreamWriter, status: str, kind: str, parts: list[str], *, whole: bool = True) -> None:
    writer.write(
        f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n".encode()
    )
    for part in parts:
        data = part.encode()
        writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        await writer.drain()
    if whole:
        writer.write(b"0\r\n\r\n")
        await writer.drain()


def _answer(asked: dict[str, Any]) -> Answer:
    said = [message["content"] for message in asked["messages"] if message["role"] == "user"][-1]
    tools = [tool["function"]["name"] for tool in asked.get("tools", ())]
    if "choose" in tools:
        return Answer(tool="choose", arguments=json.dumps({"number": _likest(said, asked["messages"][-1]["content"])}))
    if {"bye", "goodbye"} & _words(said):
        return Answer(words="Goodbye.", tool="end_call", arguments=json.dumps({"disposition": "said_goodbye"}))
    if said.startswith("("):
        return Answer(words="Hello. How can I help?")
    return Answer(words=f"You said: {said}.")


def _likest(said: str, question: str) -> int:
    shared = {0: 0}
    for number, condition in re.findall(r"(?m)^([1-9]\d*)\. (.*)$", question):
        shared[int(number)] = len(_words(said) & _words(condition) - {"the", "a", "callee", "is", "to"})
    return max(shared, key=lambda number: shared[number])


def _words(text: str) -> set[str]:
    return set(re.findall(r"[\w']+", text.casefold()))


def _chunks(asked: dict[str, Any], answer: Answer) -> Iterator[str]:
    yield _chunk(asked, {"role": "assistant", "content": "" if answer.words else None})
    for word in re.findall(r"\S+\s*", answer.words):
        yield _chunk(asked, {"content": word})
    if answer.tool:
        function = {"name": answer.tool, "arguments": answer.arguments}
        yield _chunk(asked, {"tool_calls": [{"index": 0, "id": "call_0a1b", "type": "function", "function": function}]})
    yield _chunk(asked, {}, finish="tool_calls" if answer.tool else "stop", usage=USAGE)
    yield "data: [DONE]\n\n"


def _chunk(asked: dict[str, Any], delta: dict[str, Any], *, finish: str | None = None, **more: object) -> str:
    chunk = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_767_600_000,
        "model": asked["model"],
        "system_fingerprint": "fp_test",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
        "x_groq": {"id": "req_1"},
        **more,
    }
    return f"data: {json.dumps(chunk)}\n\n"


def _completion(asked: dict[str, Any], answer: Answer) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": answer.words or None}
    if answer.tool:
        function = {"name": answer.tool, "arguments": answer.arguments}
        message["tool_calls"] = [{"id": "call_0a1b", "type": "function", "function": function}]
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_767_600_000,
        "model": asked["model"],
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": USAGE,
    }

"""A load generator of our own: some keep-alive connections, each with one request on its way at a time.

It does as little as it can (no URL, no cookie, no decoding), because its core's time is part of what is measured.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import cast

import uvloop


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """`latencies` are seconds a request; `statuses` counts the answers."""

    seconds: float
    latencies: Sequence[float]
    statuses: dict[int, int]


class _Connection(asyncio.Protocol):
    """Sends the next request when the last one is answered."""

    def __init__(self, requests: list[bytes], answers: list[tuple[float, int]]) -> None:
        self._requests = requests
        self._answers = answers
        self._buffer = b""
        self._began = 0.0
        self._transport: asyncio.WriteTransport | None = None
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's have no such base
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found or len(rest) < _length(head):
            return
        self._buffer = b""
        self._answers.append((time.perf_counter() - self._began, int(head[9:12])))
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _send(self) -> None:
        assert self._transport is not None
        if not self._requests:
            self.done.set_result(None)
            self._transport.close()
            return
        request = self._requests.pop()
        self._began = time.perf_counter()
        self._transport.write(request)


def _length(head: bytes) -> int:
    """Of the body; servers here always say it."""
    found = head.lower().partition(b"content-length:")[2]
    return int(found.partition(b"\r\n")[0] or 0)


async def _run(port: int, requests: list[bytes], connections: int) -> Answers:
    answers: list[tuple[float, int]] = []
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    made = [
        await loop.create_connection(lambda: _Connection(requests, answers), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.done for _, connection in made))
    seconds = time.perf_counter() - began
    statuses = {status: sum(1 for _, each in answers if each == status) for _, status in answers}
    return Answers(seconds=seconds, latencies=[latency for latency, _ in answers], statuses=statuses)


def _load(port: int, requests: list[bytes], connections: int) -> Answers:
    return uvloop.run(_run(port, requests, connections))


def generator() -> ProcessPoolExecutor:
    """The second process."""
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


def load(pool: ProcessPoolExecutor, port: int, requests: Sequence[bytes], connections: int) -> Answers:
    """All requests, over so many connections."""
    return pool.submit(_load, port, list(requests), connections).result()


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(body)}"]
    if body:
        lines.append("content-type: application/json")
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body

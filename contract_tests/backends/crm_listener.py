"""A CRM on a real socket that answers by path and remembers what it was sent."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from domain.crm.delivery import CrmTarget, Delivery, PushTry
from ports.crm_connection import CrmConnection

CRM: Final = "http://crm.example"
NOBODY: Final = "http://nobody.example/hook"
LONG: Final = "x" * 300_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One that has no status hangs up without a word."""

    status: int | None = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


REPLIES: Final[Mapping[str, Reply]] = {
    "/ok": Reply(body="thank you"),
    "/created": Reply(status=201),
    "/moved": Reply(status=302, headers={"Location": "/ok"}),
    "/wrong": Reply(status=400, body="no such field"),
    "/gone": Reply(status=410),
    "/busy": Reply(status=429, headers={"Retry-After": "7"}),
    "/broken": Reply(status=500),
    "/long": Reply(body=LONG),
    "/silent": Reply(status=None),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """As it came; header names in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True, kw_only=True)
class CrmListener:
    port: int = 0
    replies: dict[str, Reply] = field(default_factory=lambda: dict(REPLIES))
    requests: list[Request] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _request(reader)
            self.requests.append(request)
            reply = self.replies.get(request.path, Reply(status=404))
            if reply.status is not None:
                writer.write(_bytes(reply))
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the caller has read enough, or was a probe
        finally:
            writer.close()


async def _request(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    pairs = (line.split(": ", 1) for line in head[1:] if line)
    headers = {name.lower(): value for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(path=head[0].split(" ")[1], headers=headers, body=body)


def _bytes(reply: Reply) -> bytes:
    lines = [f"HTTP/1.1 {reply.status} Status", f"Content-Length: {len(reply.body.encode())}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + reply.body).encode()


@asynccontextmanager
async def listening() -> AsyncIterator[CrmListener]:
    crm = CrmListener()
    server = await asyncio.start_server(crm.answer, "127.0.0.1", 0)
    crm.port = server.sockets[0].getsockname()[1]
    async with server:
        yield crm


class RebasedCrmConnection(CrmConnection):
    """The real connection, which finds the suite's CRM where the listener is, and nobody where nobody listens."""

    def __init__(self, inner: CrmConnection, port: int) -> None:
        self._inner = inner
        self._port = port

    async def push(self, target: CrmTarget, delivery: Delivery) -> PushTry:
        url = target.url.replace(CRM, f"http://127.0.0.1:{self._port}").replace(NOBODY, "http://127.0.0.1:1/hook")
        return await self._inner.push(replace(target, url=url), delivery)

"""Requests that are wrong before anybody reads their bodies, at the server that production runs."""

import asyncio
import gzip
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import pytest

from adapters.system.bounded_head import MOST_BYTES
from adapters.system.serving import serve
from tests.api.house import house

SECONDS: Final = 10.0
ENDLESS: Final = 50_000_000


@dataclass(frozen=True, slots=True)
class Server:
    port: int

    async def answer(self, *parts: bytes) -> bytes:
        """All that comes back until the server hangs up or has nothing more to say."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            async with asyncio.timeout(SECONDS):
                return await reader.read(4096)
        except ConnectionError:
            return b""
        finally:
            writer.close()

    async def status(self, *parts: bytes) -> int:
        """0 for a server that hung up without a word."""
        answer = await self.answer(*parts)
        return int(answer.split(b" ")[1]) if answer else 0


@pytest.fixture(scope="module")
def listening() -> Iterator[Server]:
    """One server for all, in a thread of its own."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    stop = Future[Callable[[], object]]()

    async def serving() -> None:
        stopping, loop = asyncio.Event(), asyncio.get_running_loop()
        stop.set_result(lambda: loop.call_soon_threadsafe(stopping.set))
        await serve(house().app, host="127.0.0.1", port=port, stopping=stopping)

    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(asyncio.run, serving())
        while not (running.done() or _answers(port)):
            time.sleep(0.01)
        yield Server(port)
        stop.result()()
        running.result(SECONDS)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
async def server(listening: Server) -> AsyncIterator[Server]:
    yield listening
    assert await listening.status(request("/healthz")) == 200, "it goes on for everybody else"


def request(path: str, method: str = "GET", body: bytes = b"", **headers: str) -> bytes:
    known = {"host": "127.0.0.1", "connection": "close", **({"content-length": str(len(body))} if body else {})}
    named = {**known, **{name.replace("_", "-"): value for name, value in headers.items()}}
    head = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body


def bearer() -> str:
    return f"Bearer {house().ours.tokens['admin']}"


POST: Final = b"POST /api/v1/bots HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nconnection: close\r\n"
SMUGGLED: Final = b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"
FRAMES: Final[Mapping[str, bytes]] = {
    "a length and chunks": POST + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "chunks and a length": POST + b"transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "two lengths": POST + b"content-length: 2\r\ncontent-length: 50\r\n\r\n{}" + SMUGGLED,
    "a length that is no number": POST + b"content-length: two\r\n\r\n{}",
    "a length below nothing": POST + b"content-length: -1\r\n\r\n{}",
    "a length with a plus": POST + b"content-length: +2\r\n\r\n{}",
    "a length of 64 bits": POST + b"content-length: 99999999999999999999\r\n\r\n{}",
    "chunks of an unknown kind": POST + b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a chunk whose size is no number": POST + b"transfer-encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n",
    "a space before the colon": POST + b"content-length : 2\r\n\r\n{}",
    "a folded header": POST + b"x-a: b\r\n content-length: 2\r\n\r\n{}",
    "a line feed alone": b"GET /healthz HTTP/1.1\nhost: a\nconnection: close\n\n",
    "NUL in a header": POST + b"x-a: a\0b\r\n\r\n{}",
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100 + b"\r\n\r\n",
    "another version": b"GET /healthz HTTP/9.9\r\nhost: a\r\n\r\n",
    "no method": b" /healthz HTTP/1.1\r\nhost: a\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


@pytest.mark.parametrize("name", FRAMES)
async def test_a_request_whose_end_is_in_doubt_is_refused_and_hides_no_other(server: Server, name: str) -> None:
    answer = await server.answer(FRAMES[name])
    assert answer.count(b"HTTP/1.1 ") <= 1, "the second request was answered as well"
    assert b'{"status":"ok"}' not in answer or name == "a line feed alone"
    if answer:
        assert 200 <= int(answer.split(b" ")[1]) < 500, answer


async def test_a_header_of_eight_kilobytes_is_read_and_one_without_end_is_not(server: Server) -> None:
    assert await server.status(request("/healthz", x_long="a" * 8_192)) == 200
    assert await server.status(request("/api/v1/auth/me", authorization="Bearer " + "a" * 8_192)) == 401
    assert await server.status(request("/api/v1/auth/me", cookie="cxb_session=" + "a" * 8_192)) == 401
    head = b"GET /healthz HTTP/1.1\r\nhost: a\r\nx-long: "
    refused = await server.answer(head, *[b"a" * MOST_BYTES] * (ENDLESS // MOST_BYTES))
    assert refused[:12] in {b"HTTP/1.1 431", b""}
    many = b"".join(b"x-%d: a\r\n" % number for number in range(100_000))
    refused = await server.answer(b"GET /healthz HTTP/1.1\r\nhost: a\r\n" + many, b"\r\n")
    assert refused[:12] in {b"HTTP/1.1 431", b""}


async def test_an_address_of_sixteen_kilobytes_names_nothing_and_breaks_nothing(server: Server) -> None:
    long = "a" * 16_384
    assert await server.status(request(f"/{long}")) == 404
    assert await server.status(request(f"/api/v1/bots/{long}", authorization=bearer())) == 404
    assert await server.status(request(f"/api/v1/bots?after={long}", authorization=bearer())) == 400
    assert await server.status(request(f"/api/v1/bots?{'&'.join(['a=b'] * 4_000)}", authorization=bearer())) == 200
    assert await server.status(request("/" + "../" * 5_000 + "etc/passwd")) in {400, 404}


@pytest.mark.parametrize("path", ["/%00", "/%ff%fe", "/%", "/%zz", "/\xff", "*", "//", "/..;/", "http://evil/healthz"])
async def test_odd_addresses_are_not_there(server: Server, path: str) -> None:
    assert await server.status(request(path)) in {0, 200, 400, 404}
    assert await server.status(request(f"/api/v1/bots/{path}", authorization=bearer())) in {0, 200, 400, 404}


async def test_a_body_of_twelve_megabytes_is_refused_before_it_is_read(server: Server) -> None:
    large = b"x" * 12_000_000
    kind = "application/json"
    for path in ("/api/v1/bots", "/api/v1/dialout", "/api/v1/results", "/api/v1/auth/login"):
        secrets = {"authorization": bearer(), "x_cxbcore_secret": "c" * 40, "x_api_key": house().ours.keys["good"]}
        sent = request(path, "POST", large, content_type=kind, idempotency_key="a", **secrets)
        # a server that refuses at once may hang up while the body is still on its way
        assert await server.status(sent) in {0, 413}


async def test_a_body_that_never_comes_whole_is_no_error_of_ours(server: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(POST + f"authorization: {bearer()}\r\ncontent-length: 100\r\n\r\n".encode() + b'{"name":')
    await writer.drain()
    writer.close()
    assert b"HTTP/1.1 5" not in await reader.read(1024)


async def test_a_compressed_body_stays_compressed(server: Server) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    sent = request(
        "/api/v1/bots", "POST", bomb, content_type="application/json", content_encoding="gzip", authorization=bearer()
    )
    assert await server.status(sent) == 415


@pytest.mark.parametrize(
    "header", ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded", "x-real-ip"]
)
async def test_a_caller_cannot_pass_for_another_by_a_proxys_headers(server: Server, header: str) -> None:
    value = {header.replace("-", "_"): "127.0.0.1"}
    for path in ("/api/v1/auth/me", "/api/v1/system/check"):
        assert await server.status(request(path, "GET", b"", **value)) == 401

"""Webhooks: signed, patient for so long and no longer, and blind to what receivers try."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import format_datetime

import pytest
from standardwebhooks import Webhook

from adapters.memory.clock import MemoryClock
from adapters.system.clock import SystemClock
from adapters.webhook.crm_connection import WebhookCrmConnection
from contract_tests.backends.crm_listener import CrmListener, Reply, listening
from contract_tests.ports.test_crm_connection import DELIVERY, SECRET, target
from tests.adapters.webhook_push import LOOPBACK, at, push


@pytest.fixture
async def crm() -> AsyncIterator[CrmListener]:
    async with listening() as listener:
        yield listener


async def test_the_receiver_can_verify_the_signature(crm: CrmListener) -> None:
    await push(at(crm, "/ok"))

    (request,) = crm.requests
    Webhook(SECRET).verify(request.body, dict(request.headers))
    assert request.body == DELIVERY.body.encode()
    assert request.headers["webhook-id"] == DELIVERY.id
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!", "whsec_abcde", "ключ"])
async def test_a_secret_that_is_none_sends_nothing(crm: CrmListener, secret: str) -> None:
    assert (await push(at(crm, "/ok"), secret=secret)).error == "bad_secret"
    assert crm.requests == []


async def test_a_redirect_is_not_followed(crm: CrmListener) -> None:
    assert (await push(at(crm, "/moved"))).status == 302
    assert [request.path for request in crm.requests] == ["/moved"]


async def test_a_proxy_of_the_environment_is_not_used(crm: CrmListener, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert (await push(at(crm, "/ok"))).succeeded


async def test_cookies_are_not_kept(crm: CrmListener) -> None:
    crm.replies["/cookie"] = Reply(headers={"Set-Cookie": "who=me; Path=/"})
    connection = WebhookCrmConnection(SystemClock(), allowed=LOOPBACK)
    for _ in range(2):
        await connection.push(target(url=at(crm, "/cookie")), DELIVERY)
    await connection.aclose()

    assert [request.headers.get("cookie") for request in crm.requests] == [None, None]


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("", "bad_url"),
        ("crm.example/hook", "bad_url"),
        ("ftp://1.1.1.1/", "bad_url"),
        ("file:///etc/passwd", "bad_url"),
        ("http://[", "bad_url"),
        ("http://" + "a" * 300 + ".example/", "bad_url"),
        ("http://no-such-name.invalid/", "unreachable"),
    ],
)
async def test_an_address_that_is_none_is_told_in_a_word(url: str, error: str) -> None:
    assert (await push(url)).error in {error, "unreachable"}


async def test_a_receiver_that_speaks_no_tls_is_told_so() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        assert (await push(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")).error == "tls"


@pytest.mark.parametrize(
    ("text", "wait"), [("120", 120.0), ("0", 0.0), ("999999999", 86_400.0), ("soon", None), ("-5", None), ("", None)]
)
async def test_a_wait_is_read_in_seconds(crm: CrmListener, text: str, wait: float | None) -> None:
    crm.replies["/wait"] = Reply(status=503, headers={"Retry-After": text})
    assert (await push(at(crm, "/wait"))).retry_after == wait


@pytest.mark.parametrize(("seconds", "wait"), [(90, 90.0), (-90, 0.0), (10**6, 86_400.0)])
async def test_a_wait_is_read_as_a_date(crm: CrmListener, seconds: int, wait: float) -> None:
    clock = MemoryClock()
    date = format_datetime(clock.now() + timedelta(seconds=seconds), usegmt=True)
    crm.replies["/wait"] = Reply(status=503, headers={"Retry-After": date})

    assert (await push(at(crm, "/wait"), clock=clock)).retry_after == pytest.approx(wait, abs=2.0)


async def test_packed_answers_are_not_unpacked(crm: CrmListener) -> None:
    bomb = gzip.compress(b"x" * 10**6).decode("latin-1")
    crm.replies["/bomb"] = Reply(body=bomb, headers={"Content-Encoding": "gzip"})

    tried = await push(at(crm, "/bomb"))

    assert (tried.succeeded, tried.answer) == (True, "")


async def endless(kind: str) -> AsyncIterator[str]:
    """The URL of a receiver that never comes to an end."""
    stopped = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        piece = b"10000\r\n" + b"x" * 65_536 + b"\r\n" if kind == "flood" else b"1\r\nx\r\n"
        try:
            while not writer.transport.is_closing():
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0 if kind == "flood" else 0.02)
        except ConnectionError:
            pass
        finally:
            writer.close()
            stopped.set()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    await stopped.wait()
    server.close()


async def test_an_endless_answer_is_read_to_64_kilobytes() -> None:
    async for url in endless("flood"):
        tried = await push(url)
        assert tried.succeeded
        assert len(tried.answer) <= 1000


async def test_an_answer_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.webhook.crm_connection.LIMIT_SECONDS", 0.3)
    async for url in endless("drip"):
        tried = await push(url)
        assert tried.error == "timeout"
        assert 290 <= tried.milliseconds < 2000

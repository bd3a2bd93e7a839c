"""LiveKit's webhooks: read when they are its own, and refused otherwise."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from livekit.api import AccessToken

from adapters.livekit.rooms import LiveKitRooms
from adapters.livekit.server import LiveKitServer
from adapters.livekit.webhooks import LiveKitWebhooks, RoomNews
from contract_tests.backends import livekit_server
from contract_tests.backends.backend import Missing
from contract_tests.backends.livekit_server import KEY, SECRET
from contract_tests.backends.roll import RAN, leave_out
from ports.errors import Refused

BODY = (
    b'{"event":"participant_left","room":{"name":"call_1"},"participant":{"identity":"callee"},'
    b'"id":"EV_1","createdAt":"1795511529"}'
)


def signed(body: bytes, key: str = KEY, secret: str = SECRET, ttl: timedelta = timedelta(minutes=5)) -> str:
    """As the server signs a delivery."""
    proof = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return AccessToken(key, secret).with_ttl(ttl).with_sha256(proof).to_jwt()


@pytest.fixture
def webhooks() -> LiveKitWebhooks:
    return LiveKitWebhooks(KEY, SECRET)


def test_what_the_server_signed_is_read(webhooks: LiveKitWebhooks) -> None:
    news = webhooks.read(BODY, signed(BODY))

    assert (news.id, news.what, news.room, news.party) == ("EV_1", "participant_left", "call_1", "callee")
    assert news.at.timestamp() == 1795511529


@pytest.mark.parametrize(
    ("body", "authorization"),
    [
        (BODY, signed(BODY, secret="another-secret-that-is-also-long-enough")),
        (BODY, signed(BODY, key="another-key")),
        (BODY.replace(b"callee", b"core"), signed(BODY)),
        (BODY, signed(BODY, ttl=timedelta(minutes=-1))),
        (BODY, AccessToken(KEY, SECRET).to_jwt()),
        (BODY, ""),
        (b"\xff\xfe", signed(b"\xff\xfe")),
        (b"no json", signed(b"no json")),
    ],
    ids=["another secret", "another key", "another body", "expired", "no hash", "nothing", "no text", "no json"],
)
def test_what_it_did_not_sign_is_refused(webhooks: LiveKitWebhooks, body: bytes, authorization: str) -> None:
    with pytest.raises(Refused):
        webhooks.read(body, authorization)


@asynccontextmanager
async def listening(webhooks: LiveKitWebhooks, heard: asyncio.Queue[RoomNews]) -> AsyncIterator[str]:
    """A bare HTTP listener; yields its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:])}
        body = await reader.readexactly(int(fields["content-length"]))
        heard.put_nowait(webhooks.read(body, fields["authorization"]))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def test_a_real_servers_webhooks_are_its_own(webhooks: LiveKitWebhooks) -> None:
    heard: asyncio.Queue[RoomNews] = asyncio.Queue()
    async with listening(webhooks, heard) as url:
        try:
            running = livekit_server.start(more=f"webhook:\n  api_key: {KEY}\n  urls: ['{url}']\n")
        except Missing as missing:
            leave_out("livekit", str(missing))
        RAN.add("livekit")
        try:
            async with LiveKitServer(running.url, KEY, SECRET).running() as server, asyncio.timeout(10):
                rooms = LiveKitRooms(server)
                await rooms.open("call_1")
                started = await heard.get()
                await rooms.close("call_1")
                finished = await heard.get()
        finally:
            running.stop()

    assert [(news.what, news.room) for news in (started, finished)] == [
        ("room_started", "call_1"),
        ("room_finished", "call_1"),
    ]
    assert started.id != finished.id

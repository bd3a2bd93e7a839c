"""Whatever somebody sends the exchange, it hangs up on them at worst, and goes on for everybody else.

The close code 1007 says that they made no sense; 1011, an error of the server's own, is never seen.
"""

import asyncio
import json
import math
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any, Final

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from adapters.exchange.packets import HEAD, Kind, pack
from adapters.exchange.wire import MOST_BYTES
from tests.adapters.test_exchange import SECRET, Exchange

SECONDS: Final = 5.0
ORDER: Final = {
    "call_id": "call_1",
    "brand": "default",
    "room": "r",
    "trunk_id": "t",
    "to": "+15550100001",
    "caller_number": "+15550100000",
    "ring_timeout": 30.0,
    "max_duration": 60.0,
}


def asked(what: object, number: object = 1) -> str:
    return json.dumps({"id": number, "what": what})


SAID: Final[Mapping[str, str | bytes]] = {
    "nothing": "",
    "no JSON": "{",
    "a list": "[]",
    "null": "null",
    "deep": "[" * 100_000,
    "deep in a question": asked({"kind": "open_room", "room": "r"})[:-1] + ',"x":' + "[" * 50_000,
    "an unknown question": asked({"kind": "shutdown"}),
    "no kind": asked({"room": "r"}),
    "a field too many": asked({"kind": "open_room", "room": "r", "force": True}),
    "no name": asked({"kind": "open_room", "room": ""}),
    "a long name": asked({"kind": "open_room", "room": "r" * 129}),
    "no number": asked({"kind": "open_room", "room": "r"}, "one"),
    "a number of 400 digits": asked({"kind": "open_room", "room": "r"}, int("9" * 400)),
    "a number of 64 bits": asked({"kind": "open_room", "room": "r"}, 2**64),
    "a negative number": asked({"kind": "open_room", "room": "r"}, -1),
    "a fraction": asked({"kind": "open_room", "room": "r"}, 1.5),
    "NUL": asked({"kind": "open_room", "room": "a\0b"}),
    "many parties": asked({"kind": "invite", "room": "r", "party": "p", "hears": ["p"] * 40, "heard_by": []}),
    "many different parties": asked(
        {"kind": "invite", "room": "r", "party": "p", "hears": [f"p{n}" for n in range(40)], "heard_by": []}
    ),
    "a dial without end": asked({"kind": "dial", "order": {**ORDER, "ring_timeout": 1e300}}),
    "a dial back in time": asked({"kind": "dial", "order": {**ORDER, "ring_timeout": -1e300}}),
    "a dial of nobody": asked({"kind": "dial", "order": {**ORDER, "to": "\0"}}),
    "a dial to words": asked({"kind": "dial", "order": {**ORDER, "to": "sip:evil@example.com\r\nX: y"}}),
    "a call that is not there": asked({"kind": "watch", "call_id": "nobody"}),
    "a room that is not there": asked({"kind": "close_room", "room": "nobody"}),
    "a ticket of nobody": asked({"kind": "join", "room": "r", "party": "p", "token": "t", "link": 1}),
    "a link beyond 32 bits": asked({"kind": "join", "room": "r", "party": "p", "token": "t", "link": 2**32}),
    "an empty packet": b"",
    "half a head": b"\0" * (HEAD.size - 1),
    "a head that promises more": HEAD.pack(1, Kind.SOUND, 5, 5, 1_000_000, 0.0, 0.0),
    "a length of 4 GB": HEAD.pack(1, Kind.SOUND, 0, 0, 2**32 - 1, 0.0, 0.0),
    "an unknown kind": HEAD.pack(1, 200, 0, 0, 0, 0.0, 0.0),
    "a name that is no text": HEAD.pack(1, Kind.SOUND, 2, 0, 0, 0.0, 0.0) + b"\xff\xfe",
    "ten thousand packets": pack(9, Kind.FLUSH) * 10_000,
}

ON_A_LINK: Final[Mapping[str, bytes]] = {
    "sound of no time": pack(1, Kind.SOUND, math.nan, body=b"\1\2" * 320),
    "sound of the end of time": pack(1, Kind.SOUND, math.inf, body=b"\1\2" * 320),
    "sound of before time": pack(1, Kind.SOUND, -math.inf, body=b"\1\2" * 320),
    "sound of long ago": pack(1, Kind.SOUND, -1e300, body=b"\1\2" * 320),
    "sound of far ahead": pack(1, Kind.SOUND, 1e300, body=b"\1\2" * 320),
    "no sound": pack(1, Kind.SOUND, 0.0),
    "half a sample": pack(1, Kind.SOUND, 0.0, body=b"\1" * 639),
    "a megabyte of sound": pack(1, Kind.SOUND, 0.0, body=b"\1\2" * 500_000),
    "marks that are none": HEAD.pack(1, Kind.SOUND, 0, 3, 2, 0.0, 0.0) + b"\1\2[1]",
    "marks that are no JSON": HEAD.pack(1, Kind.SOUND, 0, 1, 2, 0.0, 0.0) + b"\1\2{",
    "a word for a digit": pack(1, Kind.PRESSED, 0.0, body=b"drop table"),
    "no digit": pack(1, Kind.PRESSED, 0.0),
    "a digit that is no text": pack(1, Kind.PRESSED, 0.0, body=b"\xff"),
    "an event that only the exchange tells": pack(1, Kind.JOINED, 0.0, "callee"),
    "an end that only the exchange tells": pack(1, Kind.OVER),
    "sound after leaving": pack(1, Kind.LEAVE) + pack(1, Kind.SOUND, 0.0, body=b"\1\2" * 320),
}


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    async with Exchange().running() as running:
        yield running
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"http://127.0.0.1:{running.port}/health")
        assert answer.json()["status"] == "ok", "it goes on for everybody else"


def connected(exchange: Exchange, secret: str | None = SECRET) -> Any:
    headers = {} if secret is None else {"X-CXBCore-Secret": secret}
    return connect(f"ws://127.0.0.1:{exchange.port}", additional_headers=headers, max_size=None, compression=None)


async def close_code(socket: ClientConnection) -> int | None:
    """After all that was said; None while the connection still stands."""
    try:
        async with asyncio.timeout(SECONDS):
            await socket.send(asked({"kind": "find", "call_id": "nobody"}, 77))
            while True:
                answer = await socket.recv()
                if isinstance(answer, str) and json.loads(answer)["id"] == 77:
                    return None
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006


@pytest.mark.parametrize("name", SAID)
@pytest.mark.parametrize("trusted", [True, False])
async def test_nonsense_is_no_error_of_ours(exchange: Exchange, name: str, trusted: bool) -> None:
    async with connected(exchange, SECRET if trusted else None) as socket:
        await socket.send(SAID[name])
        assert await close_code(socket) in {None, 1007}


@pytest.mark.parametrize("name", ON_A_LINK)
async def test_nonsense_on_a_link_is_no_error_of_ours(exchange: Exchange, name: str) -> None:
    async with connected(exchange) as listener, connected(exchange) as socket:
        for party, there in (("core", listener), ("callee", socket)):
            await exchange.rooms.open("r")
            invited = await exchange.rooms.invite(
                "r", party, hears=frozenset({"core", "callee"}), heard_by=frozenset({"core", "callee"})
            )
            join = {"kind": "join", "room": "r", "party": party, "token": invited.token, "link": 1}
            await there.send(asked(join, 5))
            assert "seated" in str(await there.recv())
        await socket.send(ON_A_LINK[name])
        assert await close_code(socket) in {None, 1007}
        assert await close_code(listener) is None, "whoever hears it is not harmed"


@settings(max_examples=30)
@given(message=st.binary(max_size=200) | st.text(max_size=200))
def test_chance_is_no_error_of_ours(message: str | bytes) -> None:
    async def said() -> int | None:
        async with Exchange().running() as exchange, connected(exchange) as socket:
            await socket.send(message)
            return await close_code(socket)

    assert asyncio.run(said()) in {None, 1007}


async def test_a_message_that_is_too_large_ends_the_connection(exchange: Exchange) -> None:
    socket = await connected(exchange)
    with suppress(ConnectionClosed):
        await socket.send(b"\0" * (MOST_BYTES + 1))
    async with asyncio.timeout(SECONDS):
        await socket.wait_closed()
    assert socket.close_code in {1006, 1009}


async def test_frames_that_break_the_protocol_end_the_connection(exchange: Exchange) -> None:
    for frame in (
        b"\xff\xff" + b"\0" * 50,
        b"\x81\x05hello",
        b"\x83\x80\0\0\0\0",
        b"\xc1\x80\0\0\0\0",
        b"\x89\xfe\1\0" + b"\0" * 260,
    ):
        async with connected(exchange) as socket:
            socket.transport.write(frame)
            assert await close_code(socket) in {1002, 1006}


@pytest.mark.parametrize("secret", ["wrong", "", " ", "é", "x" * 5_000])
async def test_a_wrong_secret_is_refused_and_no_error_of_ours(exchange: Exchange, secret: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connected(exchange, secret):
            pass
    assert refused.value.response.status_code in {400, 401}


@pytest.mark.parametrize(
    "request_line",
    [b"GET /%00 HTTP/1.1", b"GET / HTTP/1.0", b"POST / HTTP/1.1", b"\xff\xfe", b"GET / HTTP/1.1\r\nhost"],
)
async def test_what_is_no_websocket_is_refused(exchange: Exchange, request_line: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", exchange.port)
    writer.write(request_line + b"\r\nhost: a\r\n\r\n")
    async with asyncio.timeout(SECONDS):
        answer = await reader.read(1024)
    writer.close()
    assert b" 500 " not in answer.split(b"\r\n")[0]


async def test_a_header_without_end_is_refused(exchange: Exchange) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", exchange.port)
    writer.write(b"GET / HTTP/1.1\r\nx: " + b"a" * 100_000)
    async with asyncio.timeout(SECONDS):
        answer = await reader.read(1024)
    writer.close()
    assert not answer or b" 500 " not in answer.split(b"\r\n")[0]

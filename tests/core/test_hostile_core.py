"""Core's control surface and what does not belong there: no crash, no error of ours, and the secret before all."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications.core.app import LARGEST_BODY
from tests.core.stage import SECRET
from tests.core.test_control_surface import PROBLEM, asking

ATTACH: Final[Mapping[str, Any]] = {
    "kind": "attach",
    "call_id": "call_1",
    "brand": "default",
    "bot_id": "bot_1",
    "invitation": {"url": "ws://127.0.0.1:1", "room": "r", "party": "core", "token": "t"},
}
DIAL: Final[Mapping[str, Any]] = {
    "kind": "dial",
    "call_id": "call_1",
    "brand": "default",
    "bot_id": "bot_1",
    "trunk_id": "t",
    "to": "+15550100001",
    "caller_number": "+15550100000",
}
CALLS: Final[Mapping[str, bytes]] = {
    name: json.dumps(message).encode()
    for name, message in {
        "both kinds": [ATTACH, DIAL],
        "an unknown kind": {**ATTACH, "kind": "listen"},
        "a kind that is a list": {**ATTACH, "kind": ["attach"]},
        "no kind": {name: value for name, value in ATTACH.items() if name != "kind"},
        "a field too many": {**ATTACH, "record": True},
        "a field of the other kind": {**ATTACH, "to": "+15550100001"},
        "an invitation too short": {**ATTACH, "invitation": {"url": "ws://x"}},
        "an invitation that is a text": {**ATTACH, "invitation": "ws://x"},
        "a number for a name": {**ATTACH, "call_id": 1},
        "ringing without end": {**DIAL, "ring_timeout": 1e300},
        "ringing back in time": {**DIAL, "ring_timeout": -1},
        "ringing for no time": {**DIAL, "ring_timeout": 0},
        "ringing for a word": {**DIAL, "ring_timeout": "long"},
        "a hundred faults": {**ATTACH, **{f"x{n}": n for n in range(500)}},
    }.items()
} | {
    "NaN": json.dumps({**DIAL, "ring_timeout": float("nan")}).encode(),
    "deep": b'{"kind":' * 7_000,
    "deep lists": b"[" * (LARGEST_BODY - 1),
    "invalid UTF-8": b'{"kind": "\xff"}',
    "UTF-16": json.dumps(dict(ATTACH)).encode("utf-16"),
    "a lone surrogate": b'{"kind": "\\ud800"}',
    "400 digits": b'{"kind": ' + b"9" * 400 + b"}",
    "NUL alone": b"\0" * 1_000,
    "an empty object": b"{}",
}


@pytest.fixture
async def caller() -> AsyncIterator[httpx.AsyncClient]:
    async with asking() as client:
        yield client
        assert (await client.get("/health")).json()["live"] == 0, "it took none of them, and goes on"


@pytest.mark.parametrize("name", CALLS)
async def test_what_is_no_message_is_refused_with_what_is_wrong(caller: httpx.AsyncClient, name: str) -> None:
    for path in ("/v1/calls", "/v1/calls/call_1/orders"):
        answer = await caller.post(path, content=CALLS[name])
        assert (answer.status_code, answer.headers["content-type"]) == (400, PROBLEM), (path, answer.text)
        assert 0 < len(answer.json()["errors"]) <= 100


@pytest.mark.parametrize("order", ["talk", "leave_message", "safe_harbour", "end"])
@pytest.mark.parametrize("call_id", ["nobody", "a" * 4_000, "%00", "%ff", "..%2f..%2fetc", "é", "call 1", "'--"])
async def test_an_order_to_no_call_finds_nobody(caller: httpx.AsyncClient, order: str, call_id: str) -> None:
    answer = await caller.post(f"/v1/calls/{call_id}/orders", json={"kind": order})
    assert answer.status_code in {400, 404}
    assert (await caller.delete(f"/v1/calls/{call_id}")).status_code in {204, 400, 404}


async def test_oversize_is_refused_with_and_without_a_length(caller: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1_000):
            yield b" " * 1_000

    for body in (b" " * (LARGEST_BODY + 1), endless()):
        assert (await caller.post("/v1/calls", content=body)).status_code == 413


@pytest.mark.parametrize(
    "secret", [None, "", " ", "wrong", SECRET[:-1], SECRET + " x", SECRET.upper(), "é" * 20, "x" * 9_000]
)
async def test_the_secret_comes_before_everything(secret: str | None) -> None:
    async with asking(None) as client:
        headers = {} if secret is None else {b"X-CXBCore-Secret": secret.encode()}
        for body in (b"", b"{", b"[" * 60_000):
            answer = await client.post("/v1/calls", content=body, headers=headers)
            assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300) | st.text(max_size=100).map(lambda text: json.dumps(text).encode()))
async def test_chance_is_no_error_of_ours(body: bytes) -> None:
    async with asking() as client:
        answer = await client.post("/v1/calls", content=body)
    assert answer.status_code == 400

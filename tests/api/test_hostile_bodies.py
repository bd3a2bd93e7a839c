"""Bodies that were made to break something: each is refused or read, and nobody else waits for it."""

import gc
import gzip
import json
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final

import httpx
import pytest

from applications.api.http.bodies import LARGEST_JSON
from applications.api.routes.internal import LARGEST_RESULT
from contract_tests.ports import specimens
from domain.ids import DEFAULT_BRAND
from tests.api.house import house
from tests.api.stall import stall_watched

JSON: Final = {"content-type": "application/json"}
LONGEST_STALL: Final = 0.1
TRIES: Final = 3
"""What the code stalls it stalls each time; what the machine does once is no fault of it."""

PACKAGE: Final = {
    "call_id": "cal_live",
    "brand": "default",
    "outcome": "completed",
    "ended_by": "bot",
    "source": "core",
    "ended_at": "2026-01-05T12:01:00Z",
    "server": "core-1",
}
WORD: Final = {"text": "good", "start": 100.001, "end": 100.301}


def keys(count: int, value: str = "0") -> bytes:
    return b"{" + b",".join(f'"k{n}":{value}'.encode() for n in range(count)) + b"}"


def listed(item: bytes, count: int) -> bytes:
    return b'{"name":"Ada","draft":{"variables":[' + b",".join([item] * count) + b"]}}"


def talked(words: int) -> bytes:
    turn = {"speaker": "bot", "text": "good", "start": 0.0, "end": 1.0, "words": [WORD] * 100}
    return json.dumps({**PACKAGE, "turns": [turn] * (words // 100)}).encode()


def learned(things: int) -> bytes:
    return json.dumps({**PACKAGE, "collected": {f"k{n}": "v" for n in range(things)}}).encode()


LARGE: Final[Mapping[str, tuple[str, bytes, int]]] = {
    "85,000 keys that nobody knows": ("/bots", keys(85_000), 400),
    "240,000 items": ("/bots", listed(b'"a"', 240_000), 201),
    "450,000 wrong items": ("/bots", listed(b"1", 450_000), 400),
    "a number of 900,000 digits": ("/bots", b'{"name":' + b"9" * 900_000 + b"}", 400),
    "nested a hundred thousand deep": ("/bots", b'{"a":' * 100_000, 400),
    "70,000 variables": ("/dialout", b'{"bot_id":"b","to":"x","variables":' + keys(70_000, '"v"') + b"}", 400),
    "50,000 numbers": ("/dnc", json.dumps({"phones": ["+14155550101"] * 50_000}).encode(), 200),
    "165,000 keys in a result": ("/results", keys(165_000), 400),
    "300,000 keys in a result": ("/results", keys(300_000, '"v"'), 413),
    "36,000 words in a result": ("/results", talked(36_000), 201),
    "125,000 things learned": ("/results", learned(125_000), 201),
}


@pytest.fixture
async def everybody() -> AsyncIterator[httpx.AsyncClient]:
    async with house().everybody() as client:
        yield client


@pytest.fixture
def frozen() -> Iterator[None]:
    """As a server's process: what was there before it began to serve is out of the garbage collector's sight."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("name", LARGE)
async def test_a_large_body_makes_nobody_wait(everybody: httpx.AsyncClient, name: str) -> None:
    path, body, status = LARGE[name]
    stalls = []
    for attempt in range(TRIES):
        await house().container.calls().add(specimens.call(attempt, id=f"cal_{attempt}", brand=DEFAULT_BRAND))
        sent = body.replace(b'"cal_live"', f'"cal_{attempt}"'.encode())
        async with stall_watched() as stall:
            answer = await everybody.post(path, content=sent, headers=JSON)
        assert answer.status_code == status, answer.text[:300]
        assert len(answer.content) < 2 * LARGEST_JSON, "what is said of a bad body is not longer than the body"
        stalls.append(stall.seconds)
        if stall.seconds <= LONGEST_STALL:
            break
    sys.stdout.write(f"\n{name}: {len(body) / 1e6:.1f} MB, {status}, longest stall {1000 * min(stalls):.0f} ms\n")
    assert min(stalls) <= LONGEST_STALL


ODD: Final[Mapping[str, bytes]] = {
    "invalid UTF-8": b'{"name": "\xff\xfe"}',
    "UTF-16": '{"name": "Ada"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"name": "Ada"}',
    "NUL": b'{"name": "A\x00da"}',
    "an escaped NUL": b'{"name": "A\\u0000da"}',
    "a key with NUL": b'{"name": "Ada", "a\\u0000": 1}',
    "a lone high surrogate": b'{"name": "\\ud800"}',
    "a lone low surrogate": b'{"name": "\\udc00"}',
    "NaN": b'{"name": "Ada", "draft": {"policy": {"max_duration": NaN}}}',
    "Infinity": b'{"name": "Ada", "draft": {"policy": {"max_duration": -Infinity}}}',
    "1e999": b'{"name": "Ada", "draft": {"policy": {"max_duration": 1e999}}}',
    "400 digits": b'{"name": "Ada", "draft": {"policy": {"most_misses": ' + b"9" * 400 + b"}}}",
    "400 digits for a float": b'{"name": "Ada", "draft": {"policy": {"max_duration": ' + b"9" * 400 + b"}}}",
    "64 bits": b'{"name": "Ada", "draft": {"policy": {"most_misses": 9223372036854775808}}}',
    "minus 64 bits": b'{"name": "Ada", "draft": {"policy": {"most_misses": -9223372036854775808}}}',
    "a number for a text": b'{"name": 5}',
    "a text for a number": b'{"name": "Ada", "draft": {"policy": {"most_misses": "2"}}}',
    "two documents": b'{"name": "Ada"}{"name": "Bob"}',
    "a comment": b'{"name": "Ada"} // hello',
    "a trailing comma": b'{"name": "Ada",}',
    "single quotes": b"{'name': 'Ada'}",
    "an operator": b'{"name": {"$ne": ""}}',
    "a dotted key": b'{"name": "Ada", "draft.prompt": "x"}',
    "a prototype": b'{"name": "Ada", "__proto__": {"role": "admin"}}',
    "another's brand": b'{"name": "Ada", "brand": "other"}',
}


@pytest.mark.parametrize("name", ODD)
async def test_an_odd_body_is_refused_with_what_is_wrong(everybody: httpx.AsyncClient, name: str) -> None:
    answer = await everybody.post("/bots", content=ODD[name], headers=JSON)
    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"]


async def test_of_a_key_that_comes_twice_the_last_one_counts(everybody: httpx.AsyncClient) -> None:
    answer = await everybody.post("/bots", content=b'{"name": "Ada", "name": "Bob"}', headers=JSON)
    assert (answer.status_code, answer.json()["name"]) == (201, "Bob")


async def test_a_hundred_faults_are_named_and_no_more(everybody: httpx.AsyncClient) -> None:
    answer = await everybody.post("/bots", content=keys(5_000), headers=JSON)
    assert len(answer.json()["errors"]) == 100


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json-patch+json",
        "application/msgpack",
        "nonsense",
        "application/json, text/csv",
    ],
)
async def test_a_body_of_another_kind_is_refused(everybody: httpx.AsyncClient, kind: str) -> None:
    for path in ("/bots", "/dialout", "/results", "/calls/search"):
        answer = await everybody.post(path, content=b'{"name":"Ada"}', headers={"content-type": kind})
        assert answer.status_code == 415, path


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "gzip, gzip", "zstd", "x-unknown"])
async def test_nothing_is_unpacked(everybody: httpx.AsyncClient, coding: str) -> None:
    """A bomb of a few kilobytes stays one."""
    bomb = gzip.compress(b'{"name": "' + b"a" * 20_000_000 + b'"}')
    paths = {"/bots": "application/json", "/results": "application/json", "/dnc": "text/csv"}
    paths["/campaigns/cmp_running/imports?region=US"] = "text/csv"
    for path, kind in paths.items():
        headers = {"content-type": kind, "content-encoding": coding}
        answer = await everybody.post(path, content=bomb, headers=headers)
        assert answer.status_code == 415, path
        assert answer.headers["accept-encoding"] == "identity"


async def test_each_body_has_an_end(everybody: httpx.AsyncClient) -> None:
    assert (await everybody.post("/bots", content=b" " * (LARGEST_JSON + 1), headers=JSON)).status_code == 413
    assert (await everybody.post("/dnc", content=b" " * (LARGEST_JSON + 1), headers=JSON)).status_code == 413
    assert (await everybody.post("/results", content=b" " * (LARGEST_RESULT + 1), headers=JSON)).status_code == 413

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 100_000

    assert (await everybody.post("/results", content=endless(), headers=JSON)).status_code == 413


CURSORS: Final = (
    "nonsense",
    "W10",
    "AAAA",
    "WzEsMl0",
    "WyJhIiwiYiJd",
    "WzEsImEiXQ" * 10,
    "é",
    "../../etc",
    "'; DROP TABLE calls; --",
    "9" * 500,
    "%F0%9F%98%80",
    "-1",
    "WzFlOTk5LCJhIl0",
)
LISTS: Final = (
    "/users",
    "/api-keys",
    "/bots",
    "/campaigns",
    "/campaigns/cmp_running/imports",
    "/campaigns/cmp_running/leads",
    "/campaigns/cmp_running/attempts",
    "/imports/imp_1/errors",
    "/dnc",
    "/calls",
    "/crm/deliveries",
    "/events",
)


@pytest.mark.parametrize("path", LISTS)
async def test_a_page_is_never_larger_than_allowed_and_begins_where_it_should(
    everybody: httpx.AsyncClient, path: str
) -> None:
    for limit in ("100000", "0", "-1", "1e3", "201", "9" * 30, "ten", "", "NaN"):
        assert (await everybody.get(path, params={"limit": limit})).status_code == 400, limit
    for cursor in CURSORS:
        answer = await everybody.get(path, params={"after": cursor})
        assert answer.status_code == 400, (cursor, answer.text)


async def test_the_search_has_the_same_limits(everybody: httpx.AsyncClient) -> None:
    bodies: list[dict[str, Any]] = [{"limit": 100_000}, {"limit": -1}, {"after": "nonsense"}, {"phone": {"$ne": None}}]
    for body in bodies:
        assert (await everybody.post("/calls/search", json=body)).status_code == 400, body

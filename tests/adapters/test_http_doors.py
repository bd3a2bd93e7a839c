"""CXB's inner HTTP doors: their secret, their patience, and what they make of strange answers."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from adapters.http.core_gateway import HttpCoreGateway
from adapters.http.fleet_desk import HttpFleetDesk
from adapters.http.result_sink import HttpResultSink
from adapters.memory.clock import MemoryClock
from contract_tests.backends import far_side, scene
from domain.ids import CallId
from ports.errors import Busy, NotFound, PortError, Refused, Unavailable


def gateway(answer: Callable[[httpx.Request], httpx.Response]) -> HttpCoreGateway:
    return HttpCoreGateway(scene.SECRET, transport=httpx.MockTransport(answer))


async def test_every_request_carries_the_secret() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["X-CXBCore-Secret"])
        return httpx.Response(204)

    await gateway(answer).end(scene.ROOMY, scene.CALL)

    assert seen == [scene.SECRET]


async def test_a_wrong_secret_is_refused_with_its_reason() -> None:
    sink = HttpResultSink("http://api.example", "wrong", transport=far_side.result_api(scene.result_sink()).transport())

    with pytest.raises(Refused) as refused:
        await sink.hand_over(scene.package(scene.CALL))

    assert refused.value.reason == "unauthorised"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, Unavailable),
        (400, Refused),
        (404, NotFound),
        (408, Unavailable),
        (409, Refused),
        (413, Refused),
        (422, Refused),
        (429, Busy),
        (500, Unavailable),
        (502, Unavailable),
        (503, Busy),
    ],
)
async def test_each_status_has_one_error(status: int, error: type[PortError]) -> None:
    with pytest.raises(PortError) as raised:
        await gateway(lambda _: httpx.Response(status, text="+14155550123 is not for logs")).health(scene.ROOMY)

    assert type(raised.value) is error
    assert "+1415" not in str(raised.value)


@pytest.mark.parametrize("text", ["", "soon", "-1", "inf", "Wed, 21 Oct 2026 07:28:00 GMT", "9" * 40])
async def test_a_wait_that_cannot_be_read_is_a_second(text: str) -> None:
    with pytest.raises(Busy) as busy:
        await gateway(lambda _: httpx.Response(503, headers={"Retry-After": text})).health(scene.ROOMY)
    assert busy.value.retry_after == 1.0


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"kind":"accepted"}', b"[" * 100_000, b"\xff"])
async def test_an_answer_that_is_none_is_unavailable(body: bytes) -> None:
    with pytest.raises(Unavailable):
        await gateway(lambda _: httpx.Response(200, content=body)).health(scene.ROOMY)


@pytest.mark.parametrize("url", ["", "no url", "http://[", "ftp://127.0.0.1", "http://127.0.0.1:1"])
async def test_an_address_where_nobody_can_be_is_unavailable(url: str) -> None:
    cores = HttpCoreGateway(scene.SECRET)
    with pytest.raises(Unavailable):
        await cores.health(url)
    await cores.aclose()


async def test_ids_stay_one_part_of_the_path() -> None:
    paths: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path)
        return httpx.Response(204)

    await gateway(answer).end(scene.ROOMY, CallId("call/../../health?x#y"))

    assert paths == [b"/v1/calls/call%2F..%2F..%2Fhealth%3Fx%23y"]


async def test_a_core_that_takes_the_call_and_says_nothing_is_given_two_seconds() -> None:
    finished = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not reader.at_eof():
            writer.write(b" ")
            await asyncio.sleep(0.05)
        writer.close()
        finished.set()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    cores = HttpCoreGateway(scene.SECRET)
    began = asyncio.get_running_loop().time()

    with pytest.raises(Unavailable):
        await cores.health(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")

    assert 1.9 < asyncio.get_running_loop().time() - began < 3.0
    await cores.aclose()
    await finished.wait()
    server.close()
    await server.wait_closed()


@pytest.mark.virtual_time
async def test_trunks_are_looked_up_once_in_five_seconds() -> None:
    clock = MemoryClock()
    api = scene.fleet_desk(clock)
    desk = HttpFleetDesk("http://api.example", scene.SECRET, clock=clock, transport=far_side.fleet_api(api).transport())
    lookups = []
    for _ in range(4):
        await desk.trunks()
        lookups.append(api.lookups)
        await clock.sleep(2.0)

    assert lookups == [1, 1, 1, 2]


@pytest.mark.virtual_time
async def test_trunks_that_are_stale_are_not_given_out_when_the_api_is_gone() -> None:
    clock = MemoryClock()
    api = scene.fleet_desk(clock)
    desk = HttpFleetDesk("http://api.example", scene.SECRET, clock=clock, transport=far_side.fleet_api(api).transport())
    await desk.trunks()
    api.failing = Unavailable("gone")
    await clock.sleep(6.0)

    with pytest.raises(Unavailable):
        await desk.trunks()

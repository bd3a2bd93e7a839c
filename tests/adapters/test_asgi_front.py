"""What stands in front of our applications, around one that can be held up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from adapters.asgi.body_patience import BodyPatience
from adapters.asgi.front import Front
from adapters.asgi.protocol import Message, Receive, Scope, Send, answer
from adapters.memory.clock import MemoryClock
from adapters.memory.metrics import MemoryMetrics
from adapters.memory.tracing import MemoryTracing
from domain.measures import HTTP_IN_PROGRESS, HTTP_REQUESTS, HTTP_SHED
from domain.trace import read_traceparent

SECRET = "a-secret-of-our-own-processes-in-tests"
OURS = {"x-cxbcore-secret": SECRET}


@dataclass(kw_only=True)
class Held:
    """An application whose answers wait until `go` is set, but for its health page."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    tracing: MemoryTracing = field(default_factory=MemoryTracing)
    metrics: MemoryMetrics = field(default_factory=MemoryMetrics)
    parents: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["path_template"] = "/calls/{call_id}"
        self.parents.append(self.tracing.traceparent())
        if scope["path"] != "/healthz":
            await self.go.wait()
        await answer(send, 200, b"{}", b"application/json")

    @asynccontextmanager
    async def client(self, most: int = 2, address: str = "127.0.0.1") -> AsyncIterator[httpx.AsyncClient]:
        front = Front(metrics=self.metrics, tracing=self.tracing, clock=MemoryClock(), secret=SECRET, most=most)
        transport = httpx.ASGITransport(front(self), client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://cxb") as client:
            yield client


async def _in_progress(held: Held, wanted: int) -> None:
    async with asyncio.timeout(10):
        while held.metrics.value(HTTP_IN_PROGRESS) != wanted:  # noqa: ASYNC110  # it is told to nobody
            await asyncio.sleep(0)


async def test_those_beyond_the_limit_are_told_when_to_come_again_and_the_others_are_served() -> None:
    held = Held()
    async with held.client() as client, asyncio.TaskGroup() as tasks:
        served = [tasks.create_task(client.get("/calls/1")) for _ in range(2)]
        await _in_progress(held, 2)
        shed = await client.get("/calls/1")
        healthy = await client.get("/healthz")
        held.go.set()

    assert (shed.status_code, shed.headers["retry-after"], shed.json()["reason"]) == (503, "1", "busy")
    assert healthy.status_code == 200
    assert [task.result().status_code for task in served] == [200, 200]
    assert held.metrics.value(HTTP_SHED) == 1
    assert held.metrics.value(HTTP_REQUESTS, "GET", "/calls/{call_id}", "200") == 3
    assert held.metrics.value(HTTP_IN_PROGRESS) == 0


async def test_our_own_processes_have_a_share_of_their_own_and_a_wrong_secret_is_in_none_of_it() -> None:
    held = Held()
    async with held.client() as client, asyncio.TaskGroup() as tasks:
        crowd = [tasks.create_task(client.get("/calls/1")) for _ in range(2)]
        await _in_progress(held, 2)
        ours = [tasks.create_task(client.get("/calls/1", headers=OURS)) for _ in range(2)]
        await _in_progress(held, 4)
        beyond = await client.get("/calls/1", headers=OURS)
        forged = await client.get("/calls/1", headers={"x-cxbcore-secret": "forged"})
        held.go.set()

    assert [task.result().status_code for task in (*crowd, *ours)] == [200] * 4
    assert (beyond.status_code, forged.status_code) == (503, 503)


async def test_a_place_is_free_again_when_its_client_has_gone() -> None:
    held = Held()
    async with held.client(most=1) as client:
        async with asyncio.TaskGroup() as tasks:
            gone = tasks.create_task(client.get("/calls/1"))
            await _in_progress(held, 1)
            gone.cancel()
        held.go.set()
        assert (await client.get("/calls/1")).status_code == 200


async def test_measures_are_shown_on_the_same_machine_or_for_the_secret() -> None:
    held = Held()
    held.go.set()
    bearer = {"authorization": f"Bearer {SECRET}"}
    async with held.client() as here, held.client(address="203.0.113.9") as there:
        shown = [await here.get("/metrics"), await there.get("/metrics", headers=OURS)]
        shown.append(await there.get("/metrics", headers=bearer))
        hidden = [await there.get("/metrics"), await here.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"})]

    assert all(
        b"cxb_http" in answer.content and answer.headers["content-type"][:10] == "text/plain" for answer in shown
    )
    assert not any(b"cxb_http" in answer.content for answer in hidden)


async def test_a_request_goes_on_with_the_trace_that_it_came_with() -> None:
    held = Held()
    held.go.set()
    parent = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
    async with held.client() as client:
        await client.get("/calls/1", headers={"traceparent": parent})
        await client.get("/calls/1")

    assert held.parents == [parent, ""]
    assert read_traceparent(parent) is not None


async def test_a_client_that_stops_sending_is_taken_for_one_that_has_left() -> None:
    told: list[str] = []

    async def reads_all(scope: Scope, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            told.append(message["type"])
            if message["type"] == "http.disconnect":
                return

    pieces: list[Message] = [{"type": "http.request", "body": b"a", "more_body": True}]

    async def receive() -> Message:
        if pieces:
            return pieces.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        raise AssertionError(message)

    async with asyncio.timeout(10):
        await BodyPatience(reads_all, seconds=0.05)({"type": "http"}, receive, send)
    assert told == ["http.request", "http.disconnect"]

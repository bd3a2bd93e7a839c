"""Core's door: who gets in, and what is said to those who ask for what cannot be."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from applications.core.app import create_app
from tests.core.stage import SECRET, Stage
from tests.core.stage_app import StageApp

PROBLEM = "application/problem+json"


@asynccontextmanager
async def asking(secret: str | None = SECRET, *, configured: str = SECRET) -> AsyncIterator[httpx.AsyncClient]:
    headers = {} if secret is None else {"X-CXBCore-Secret": secret}
    app = create_app(StageApp(Stage(), configured))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),  # type: ignore[arg-type]  # an ASGI app
        base_url="http://core",
        headers=headers,
    ) as client:
        yield client


async def test_anybody_may_ask_whether_the_process_lives() -> None:
    async with asking(None) as client:
        assert (await client.get("/healthz")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/health"), ("POST", "/v1/calls"), ("POST", "/v1/calls/x/orders"), ("DELETE", "/v1/calls/x")],
)
@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "sécret"])
async def test_nothing_else_is_answered_without_the_secret(method: str, path: str, secret: str | None) -> None:
    async with asking(None) as client:
        headers = {} if secret is None else {b"X-CXBCore-Secret": secret.encode()}
        answer = await client.request(method, path, headers=headers)

        assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM)


async def test_a_core_without_a_secret_lets_nobody_in() -> None:
    async with asking("", configured="") as client:
        assert (await client.get("/health")).status_code == 401


async def test_a_body_that_is_too_large_is_refused() -> None:
    async with asking() as client:
        answer = await client.post("/v1/calls", content=b"x" * 100_000)

        assert (answer.status_code, answer.headers["content-type"]) == (413, PROBLEM)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"kind":"nothing"}', b"\xff", b"[" * 5000])
async def test_a_body_that_is_no_message_is_a_problem_and_never_an_error_of_ours(body: bytes) -> None:
    async with asking() as client:
        for path in ("/v1/calls", "/v1/calls/x/orders"):
            answer = await client.post(path, content=body)

            assert (answer.status_code, answer.headers["content-type"]) == (400, PROBLEM)
            assert answer.json()["errors"]


async def test_what_there_is_not_is_a_problem_too() -> None:
    async with asking() as client:
        for method, path, status in (("GET", "/nothing", 404), ("GET", "/v1/calls", 405)):
            answer = await client.request(method, path)

            assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)

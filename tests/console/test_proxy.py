"""The Console passes on what a browser asks, and keeps nothing of one visitor for the next."""

from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest
from litestar import Litestar, Request, Response, get, post

from applications.console.app import create_app
from applications.console.proxy import ApiProxy


@post("/api/v1/auth/login", status_code=200)
async def log_in() -> Response[dict[str, str]]:
    return Response({"who": "ada"}, headers={"set-cookie": "cxb_session=adas; Path=/; HttpOnly"})


@get("/api/v1/auth/me")
async def me(request: Request[Any, Any, Any]) -> dict[str, str | None]:
    return {"cookie": request.headers.get("cookie"), "secret": request.headers.get("x-cxbcore-secret")}


@post("/api/v1/echo", status_code=200)
async def echo(request: Request[Any, Any, Any]) -> Response[bytes]:
    return Response(await request.body(), media_type="application/octet-stream", headers={"x-query": request.url.query})


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    api = httpx.ASGITransport(cast("Any", Litestar(route_handlers=[log_in, me, echo])))
    proxy = ApiProxy("http://api.test", transport=api)
    console = httpx.ASGITransport(cast("Any", create_app(proxy)))
    async with httpx.AsyncClient(transport=console, base_url="http://console.test") as client:
        yield client
    await proxy.aclose()


async def test_one_visitors_cookie_never_reaches_another(browser: httpx.AsyncClient) -> None:
    logged_in = await browser.post("/api/v1/auth/login")
    assert "cxb_session=adas" in logged_in.headers["set-cookie"]

    browser.cookies.clear()
    stranger = await browser.get("/api/v1/auth/me")

    assert stranger.json()["cookie"] is None


async def test_a_browsers_own_cookie_is_passed_on(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/api/v1/auth/me", headers={"cookie": "cxb_session=mine"})

    assert answer.json()["cookie"] == "cxb_session=mine"


async def test_no_browser_speaks_as_one_of_our_processes(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/api/v1/auth/me", headers={"x-cxbcore-secret": "guess"})

    assert answer.json()["secret"] is None


async def test_bodies_and_queries_pass_unchanged(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/api/v1/echo?a=%2F&b=2", content=b"\x00\xff" * 1000)

    assert answer.content == b"\x00\xff" * 1000
    assert answer.headers["x-query"] == "a=%2F&b=2"


async def test_an_api_that_does_not_answer_is_a_problem_that_says_so() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    proxy = ApiProxy("http://api.test", transport=httpx.MockTransport(refuse))
    console = httpx.ASGITransport(cast("Any", create_app(proxy)))
    async with httpx.AsyncClient(transport=console, base_url="http://console.test") as client:
        answer = await client.get("/api/v1/auth/me")

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "1"


async def test_pages_are_served_under_a_strict_policy(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/")
    script = await browser.get("/pages/console.js")

    assert "CXB" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert script.status_code == 200
    assert (await browser.get("/healthz")).status_code == 200

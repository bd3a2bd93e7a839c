"""Our shorter way to answer: the same bytes as the framework's, whatever a handler asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from litestar import Litestar, MediaType, Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler

from applications.api.http.plain_json import PlainJson


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    text: str


@get("/value")
async def value() -> Name:
    return Name(text="Zoë")


@post("/made")
async def made() -> Sequence[Name]:
    return [Name(text="Zoë")] * 2


@get("/nothing")
async def nothing() -> Name | None:
    return None


@get("/bodiless", status_code=204)
async def bodiless() -> None: ...


@get("/text", media_type=MediaType.TEXT)
async def text() -> str:
    return "Zoë"


@get("/cookie", response_cookies=[Cookie(key="seen", value="yes")])
async def cookie() -> Name:
    return Name(text="Zoë")


@get("/header", response_headers={"cache-control": "no-store"})
async def header() -> Name:
    return Name(text="Zoë")


@get("/broken")
async def broken() -> object:
    return object()


ROUTES = (value, made, nothing, bodiless, text, cookie, header, broken)


def asking(response_class: type[Response[Any]], *routes: HTTPRouteHandler) -> httpx.AsyncClient:
    app: Any = Litestar(routes, response_class=response_class, openapi_config=None, logging_config=None)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api")


async def answers(response_class: type[Response[Any]]) -> Sequence[tuple[int, list[tuple[bytes, bytes]], bytes]]:
    async with asking(response_class, *ROUTES) as client:
        asked = [await client.request("POST" if each is made else "GET", min(each.paths)) for each in ROUTES]
    return [(answer.status_code, sorted(answer.headers.raw), answer.content) for answer in asked]


async def test_the_framework_would_have_answered_the_same() -> None:
    ours = await answers(PlainJson)
    assert ours == await answers(Response)
    assert [status for status, _, _ in ours] == [200, 201, 200, 204, 200, 200, 200, 500]


async def test_what_is_to_be_done_afterwards_is_done() -> None:
    done: list[str] = []

    async def note() -> None:
        done.append("noted")

    @get("/", background=BackgroundTask(note))
    async def noting() -> Name:
        return Name(text="Zoë")

    async with asking(PlainJson, noting) as client:
        assert (await client.get("/")).json() == {"text": "Zoë"}
    assert done == ["noted"]

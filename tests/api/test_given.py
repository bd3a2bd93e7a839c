"""What handlers are given, and how."""

import asyncio
from typing import Any

import httpx
from litestar import Litestar, get
from litestar.di import Provide

from applications.api.http.given import Given, OneByOne, provide


class Told(list[Any]):
    """The task in which each thing was made."""

    def make(self) -> str:
        self.append(asyncio.current_task())
        return f"thing {len(self)}"


async def test_no_task_is_started_to_make_what_a_handler_is_given() -> None:
    told = Told()

    def made_of_another(one: Given[str]) -> str:
        told.make()
        return f"made of {one}"

    @get("/")
    async def handler(one: Given[str], two: Given[str], three: Given[str]) -> list[str]:
        told.make()
        return sorted([one, two, three])

    dependencies = {
        "one": provide(told.make),
        "two": provide(told.make),
        "three": Provide(made_of_another, sync_to_thread=False),
    }
    app: Any = Litestar([handler], dependencies=dependencies, plugins=[OneByOne()], openapi_config=None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api") as client:
        given = (await client.get("/")).json()

    assert given[0] in {"made of thing 1", "made of thing 2"}
    assert given[1:] == ["thing 1", "thing 2"]
    assert len(told) == 4
    assert len(set(told)) == 1

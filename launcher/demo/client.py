"""The demo's way of speaking to the API: as any client would, over HTTP."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx

from launcher.problem import LaunchProblem

PAGE: Final = 200
TRIES: Final = 60
PAUSE_SECONDS: Final = 0.5

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiClient:
    """Signed in. Asks again when the API does not answer: it may have been killed, and is on its way back."""

    http: httpx.AsyncClient
    pause: Any
    tries: int = TRIES

    async def get(self, path: str, **query: str | int) -> Plain:
        return await self._ask("GET", path, params=query)

    async def post(self, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Plain:
        return await self._ask("POST", path, json=body, headers=headers)

    async def patch(self, path: str, body: Mapping[str, Any]) -> Plain:
        return await self._ask("PATCH", path, json=body)

    async def upload(self, path: str, csv: bytes, **query: str) -> Plain:
        return await self._ask("POST", path, content=csv, params=query, headers={"content-type": "text/csv"})

    async def all(self, path: str, **query: str | int) -> list[Plain]:
        """Every item of a list, page by page."""
        items: list[Plain] = []
        after: str | None = ""
        while after is not None:
            cursor = {"after": after} if after else {}
            page = await self.get(path, limit=PAGE, **cursor, **query)
            items.extend(page["items"])
            after = page["next"]
        return items

    async def change(self, path: str, body: Mapping[str, Any]) -> Plain:
        return await self._ask("PATCH", path, json=body)

    async def remove(self, path: str) -> None:
        await self._answer("DELETE", path)

    async def read(self, path: str) -> bytes:
        return (await self._answer("GET", path)).content

    async def _ask(self, method: str, path: str, **rest: Any) -> Plain:
        answer = await self._answer(method, path, **rest)
        plain: Plain = answer.json() if answer.content else {}
        return plain

    async def _answer(self, method: str, path: str, **rest: Any) -> httpx.Response:
        said = "no answer"
        for _ in range(self.tries):
            try:
                answer = await self.http.request(method, path, **rest)
            except httpx.HTTPError as error:
                said = type(error).__name__
            else:
                if answer.status_code < 400:
                    return answer
                said = _told(answer)
                if answer.status_code not in {429, 502, 503}:
                    break
            await self.pause(PAUSE_SECONDS)
        raise LaunchProblem(f"{method} {path}: {said}")


def _told(answer: httpx.Response) -> str:
    """A problem's own words, which name every bad field."""
    try:
        return str(answer.json()["detail"])
    except (ValueError, LookupError, TypeError):
        return answer.text


@asynccontextmanager
async def signed_in(url: str, email: str, password: str, pause: Any, *, tries: int = TRIES) -> AsyncIterator[ApiClient]:
    """A client with an administrator's session, over the Console's address, as a browser has it."""
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=30.0, trust_env=False) as http:
        client = ApiClient(http=http, pause=pause, tries=tries)
        session = await client.post("/auth/login", {"email": email, "password": password})
        http.cookies.clear()
        http.headers["authorization"] = f"Bearer {session['token']}"
        yield client


@asynccontextmanager
async def with_token(url: str, token: str, pause: Any, *, tries: int = TRIES) -> AsyncIterator[ApiClient]:
    """A client with a session that is open already."""
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=30.0, trust_env=False, headers=headers) as http:
        yield ApiClient(http=http, pause=pause, tries=tries)


@asynccontextmanager
async def with_key(url: str, key: str, pause: Any) -> AsyncIterator[ApiClient]:
    """A client that calls as a CRM does."""
    headers = {"x-api-key": key}
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=30.0, trust_env=False, headers=headers) as http:
        yield ApiClient(http=http, pause=pause)

"""Passes what a browser asks under /api on to the API, so that page and API are one origin with one cookie."""

from collections.abc import AsyncIterator, Iterable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx
import structlog
from litestar.types import HTTPScope, Receive, Send

HOP_BY_HOP: Final = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer",
        b"transfer-encoding", b"upgrade",
    }
)  # fmt: skip
"""Headers that speak of one connection only (RFC 9110, 7.6.1)."""

NEVER_PASSED: Final = HOP_BY_HOP | {b"x-cxbcore-secret", b"host"}
"""No browser may speak as one of our own processes."""

NO_ANSWER: Final = (
    b'{"type":"urn:cxb:problem:unavailable","title":"Not available now; ask again later","status":503,'
    b'"detail":"the API does not answer","reason":"unavailable","errors":[]}'
)

log = structlog.get_logger()


class ApiProxy:
    """An ASGI application in front of the API at `api_url`. Bodies pass both ways in pieces."""

    def __init__(self, api_url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        limits = httpx.Timeout(10.0, read=120.0, write=120.0)
        self._client = httpx.AsyncClient(
            base_url=api_url, timeout=limits, transport=transport, trust_env=False, cookies=_no_cookies()
        )

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        try:
            await self._pass_on(scope, receive, send)
        except httpx.HTTPError as error:
            log.warning("api_does_not_answer", error=type(error).__name__)
            headers = [(b"content-type", b"application/problem+json"), (b"retry-after", b"1")]
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body", "body": NO_ANSWER, "more_body": False})

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _pass_on(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        asked = self._client.build_request(
            scope["method"],
            httpx.URL(path=_path(scope), query=scope["query_string"]),
            headers=[*_passed(scope["headers"]), (b"x-forwarded-host", _host(scope))],
            content=_body(receive),
        )
        answer = await self._client.send(asked, stream=True)
        try:
            headers = list(_passed(answer.headers.raw))
            await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
            async for piece in answer.aiter_raw():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            await answer.aclose()


def _no_cookies() -> CookieJar:
    """A jar that takes nothing: what the API sets for one visitor must never be sent for another."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


def _path(scope: HTTPScope) -> str:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.split(b"?")[0].decode("ascii", errors="replace")


def _host(scope: HTTPScope) -> bytes:
    return next((value for name, value in scope["headers"] if name == b"host"), b"")


def _passed(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if name.lower() not in NEVER_PASSED]


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return
        yield message.get("body", b"")
        more = message.get("more_body", False)

"""How CXB's processes ask one another over HTTP: one client, one secret, one table from answers to errors."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final, TypeVar

import httpx
import msgspec

from adapters.http.transport import Transport
from domain.errors import InvalidValue
from ports.errors import Busy, NotFound, PortError, Refused, Unavailable, Unreached
from ports.messages.reader import read
from ports.tracing import UNTRACED, Tracing

PROOF_HEADER: Final = "X-CXBCore-Secret"
BUSY: Final = frozenset({429, 503})
NOT_IN_TIME: Final = frozenset({408, 425})

Answer = TypeVar("Answer")


class HttpClient:
    """A client of one of our own processes, which gives every answer within `seconds` or raises Unavailable."""

    def __init__(
        self,
        base_url: str,
        secret: str,
        *,
        seconds: float,
        transport: httpx.AsyncBaseTransport | None = None,
        tracing: Tracing = UNTRACED,
    ) -> None:
        self._seconds = seconds
        self._tracing = tracing
        self._client = httpx.AsyncClient(
            base_url=base_url,
            headers={PROOF_HEADER: secret},
            timeout=seconds,
            transport=transport or Transport(),
            trust_env=False,
            follow_redirects=False,
        )

    async def ask(
        self, method: str, url: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """The body of a good answer; everything else raises one of ports/errors.py."""
        own = {"Content-Type": "application/json"} if body is not None else {}
        if traceparent := self._tracing.traceparent():
            own["traceparent"] = traceparent
        async with _translated(self._seconds):
            response = await self._client.request(method, url, content=body, headers={**own, **(headers or {})})
            response.raise_for_status()
            return response.content

    async def aclose(self) -> None:
        await self._client.aclose()


def understood(body: bytes, answer: type[Answer]) -> Answer:
    """The answer as what it should be. Raises Unavailable for any other: the far side is not itself."""
    try:
        return read(body, answer)
    except InvalidValue as fault:
        fields = ", ".join(each.field for each in fault.faults)
        raise Unavailable(f"the answer is no {answer.__name__}: {fields}") from None


@asynccontextmanager
async def _translated(seconds: float) -> AsyncIterator[None]:
    """Our errors for httpx's. Texts of answers stay out of messages: they may hold personal data."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except httpx.HTTPStatusError as error:
        raise _error_for(error.response) from None
    except TimeoutError:
        raise Unavailable(f"no answer within {seconds:g} s") from None
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise Unreached(f"not reached: {type(error).__name__}") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unavailable(f"no answer: {type(error).__name__}") from None


def _error_for(response: httpx.Response) -> PortError:
    status, request = response.status_code, response.request
    said = f"{request.method} {request.url.path} was answered {status}"
    if status == 404:
        return NotFound(said)
    if status in BUSY:
        return Busy(said, retry_after=_retry_after(response))
    if 400 <= status < 500 and status not in NOT_IN_TIME:
        return Refused(said, reason=_reason(response))
    return Unavailable(said)


def _retry_after(response: httpx.Response) -> float:
    text = response.headers.get("Retry-After", "")
    return float(text) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text) else 1.0


def _reason(response: httpx.Response) -> str:
    """The field `reason` of an RFC 9457 problem document."""
    try:
        problem = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return "refused"
    reason = problem.get("reason") if isinstance(problem, dict) else None
    return reason if isinstance(reason, str) and reason else "refused"

"""Pushes to a CRM as webhooks after Standard Webhooks 1.0.0."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx
import structlog
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from adapters.webhook.answer import beginning, wait_asked_for
from adapters.webhook.guard import AddressRefused, GuardedTransport, Network, Resolve, resolved
from domain.crm.delivery import CrmTarget, Delivery, PushTry
from ports.clock import Clock
from ports.crm_connection import CrmConnection

LIMIT_SECONDS: Final = 15.0

log = structlog.get_logger()


class PushFailed(Exception):
    """Why nothing came back, as one word."""


class WebhookCrmConnection(CrmConnection):
    """Reaches the open internet and the networks of `allowed`, nothing else; keeps no cookies; minds no proxy."""

    def __init__(self, clock: Clock, *, allowed: Iterable[Network] = (), resolve: Resolve = resolved) -> None:
        self._clock = clock
        self._client = httpx.AsyncClient(
            transport=GuardedTransport(allowed, resolve),
            headers={"User-Agent": "CXB-Webhook/1", "Accept-Encoding": "identity"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=LIMIT_SECONDS,
            follow_redirects=False,
            trust_env=False,
        )

    async def push(self, target: CrmTarget, delivery: Delivery) -> PushTry:
        at, began = self._clock.now(), self._clock.monotonic()
        try:
            async with _translated():
                status, answer, wait = await self._post(target, delivery, at)
        except PushFailed as failure:
            return PushTry(at=at, milliseconds=self._since(began), error=str(failure))
        return PushTry(at=at, milliseconds=self._since(began), status=status, answer=answer, retry_after=wait)

    async def _post(self, target: CrmTarget, delivery: Delivery, at: datetime) -> tuple[int, str, float | None]:
        """Status, the answer's beginning, and how long the receiver asks to be left alone."""
        headers = _signed(target.secret, delivery, at)
        async with self._client.stream("POST", target.url, content=delivery.body, headers=headers) as response:
            answer = await beginning(response)
            wait = None if response.is_success else wait_asked_for(response, now=self._clock.now())
            return response.status_code, answer, wait

    def _since(self, began: float) -> int:
        return round((self._clock.monotonic() - began) * 1000)

    async def aclose(self) -> None:
        await self._client.aclose()


def _signed(secret: str, delivery: Delivery, at: datetime) -> dict[str, str]:
    """The delivery's id stays the same over every try; the time is the try's own."""
    try:
        signature = Webhook(secret).sign(delivery.id, at, delivery.body)
    except (ValueError, EmptyWebhookSecretError):
        raise PushFailed("bad_secret") from None
    return {
        "Content-Type": "application/json",
        "webhook-id": delivery.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """One word for whatever goes wrong within the time. URLs and answers may hold secrets: they stay out of it."""
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            yield
    except PushFailed:
        raise
    except AddressRefused:
        raise PushFailed("refused_address") from None
    except (TimeoutError, httpx.TimeoutException):
        raise PushFailed("timeout") from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
        raise PushFailed("bad_url") from None
    except httpx.ConnectError as error:
        raise PushFailed("tls" if _is_about_tls(error) else "unreachable") from None
    except httpx.HTTPError:
        raise PushFailed("broken_answer") from None
    except Exception as error:  # noqa: BLE001  # a push promises never to raise: one receiver must not stop the rest
        log.error("push_failed_unforeseen", kind=type(error).__name__)
        raise PushFailed("failed") from None


def _is_about_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False

"""Answers 503 at once when too many requests are being worked on, so that those who are get their answers."""

from dataclasses import dataclass
from typing import Final

from adapters.asgi.protocol import App, Receive, Scope, Send, answer
from adapters.asgi.secret import shows
from domain.measures import HTTP_SHED
from ports.metrics import Metrics

ALWAYS_ANSWERED: Final = frozenset({"/healthz", "/readyz", "/health", "/metrics"})
RETRY_AFTER: Final = b"1"
PROBLEM: Final = (
    b'{"type":"urn:cxb:problem:busy","title":"Not available now; ask again later","status":503,'
    b'"detail":"too many requests are being worked on","reason":"busy","errors":[]}'
)


@dataclass(slots=True, kw_only=True)
class Share:
    """How many requests of one kind are being worked on."""

    most: int
    now: int = 0


class LoadLimit:
    """Our own processes have a share of their own, of the same size: no crowd of people or CRMs keeps a result from
    being stored. Health answers are in neither."""

    def __init__(self, app: App, metrics: Metrics, *, secret: str, most: int) -> None:
        self._app = app
        self._metrics = metrics
        self._secret = secret
        self._ours, self._others = Share(most=most), Share(most=most)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in ALWAYS_ANSWERED:
            await self._app(scope, receive, send)
            return
        share = self._ours if shows(scope, self._secret) else self._others
        if share.now >= share.most:
            self._metrics.count(HTTP_SHED)
            await answer(send, 503, PROBLEM, b"application/problem+json", (b"retry-after", RETRY_AFTER))
            return
        share.now += 1
        try:
            await self._app(scope, receive, send)
        finally:
            share.now -= 1

"""Counts and times requests by route and status, and goes on with the trace that a request belongs to."""

from typing import Final

from adapters.asgi.protocol import App, Message, Receive, Scope, Send, header
from domain.measures import HTTP_IN_PROGRESS, HTTP_REQUESTS, HTTP_SECONDS
from ports.clock import Clock
from ports.metrics import Metrics
from ports.tracing import Tracing

METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class Measured:
    """Routes are named by their patterns, never by paths, which anybody may fill with anything."""

    def __init__(self, app: App, metrics: Metrics, tracing: Tracing, clock: Clock) -> None:
        self._app = app
        self._metrics = metrics
        self._tracing = tracing
        self._clock = clock
        self._in_progress = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = self._clock.monotonic(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        self._count(1)
        try:
            with self._tracing.joined(header(scope, b"traceparent").decode("latin-1")):
                await self._app(scope, receive, noting)
        finally:
            self._count(-1)
            self._measure(scope, status, self._clock.monotonic() - began)

    def _count(self, more: int) -> None:
        self._in_progress += more
        self._metrics.set(HTTP_IN_PROGRESS, self._in_progress)

    def _measure(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "other"
        route = str(scope.get("path_template") or "none")
        self._metrics.count(HTTP_REQUESTS, method, route, str(status))
        self._metrics.observe(HTTP_SECONDS, seconds, method, route)

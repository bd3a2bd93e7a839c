"""`GET /metrics`: what this process has measured, for the same machine or whoever shows the internal secret."""

from collections.abc import Callable
from typing import Final

from adapters.asgi.protocol import App, Receive, Scope, Send, answer
from adapters.asgi.secret import is_from_here, shows
from ports.metrics import Metrics

PATH: Final = "/metrics"
KIND: Final = b"text/plain; version=0.0.4; charset=utf-8"


class MetricsPage:
    """`look` sets the gauges of the moment before the page is made. Others are told that there is no such page."""

    def __init__(self, app: App, metrics: Metrics, *, secret: str, look: Callable[[], None]) -> None:
        self._app = app
        self._metrics = metrics
        self._secret = secret
        self._look = look

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or not self._open_to(scope):
            await self._app(scope, receive, send)
            return
        self._look()
        await answer(send, 200, self._metrics.page(), KIND, (b"cache-control", b"no-store"))

    def _open_to(self, scope: Scope) -> bool:
        return scope["method"] == "GET" and (is_from_here(scope) or shows(scope, self._secret))

"""What stands in front of what we serve: measures, a page that shows them, and a limit to the load."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from adapters.asgi.body_patience import BodyPatience
from adapters.asgi.load_limit import LoadLimit
from adapters.asgi.measured import Measured
from adapters.asgi.metrics_page import MetricsPage
from adapters.asgi.protocol import App
from ports.clock import Clock
from ports.metrics import Metrics
from ports.tracing import Tracing

MOST_REQUESTS: Final = 256
"""For those whose callers are our own processes only."""


def _nothing_more() -> None:
    """All gauges are kept up to date by those who know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """`secret` is the internal one; `most` requests of each share are worked on at once."""

    metrics: Metrics
    tracing: Tracing
    clock: Clock
    secret: str
    most: int = MOST_REQUESTS

    def __call__(self, app: Any, look: Callable[[], None] = _nothing_more) -> App:
        """The application with all of it in front; `look` sets gauges just before they are shown."""
        limited = LoadLimit(BodyPatience(app), self.metrics, secret=self.secret, most=self.most)
        paged = MetricsPage(limited, self.metrics, secret=self.secret, look=look)
        return Measured(paged, self.metrics, self.tracing, self.clock)

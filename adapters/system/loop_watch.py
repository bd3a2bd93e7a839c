"""How late the timers of this process fire: what every caller waits for in vain, measured twice a second."""

from typing import Final

from domain.measures import LOOP_LAG
from ports.clock import Clock
from ports.metrics import Metrics

EVERY: Final = 0.5


async def watch_loop(clock: Clock, metrics: Metrics) -> None:
    """Until cancelled."""
    while True:
        began = clock.monotonic()
        await clock.sleep(EVERY)
        metrics.set(LOOP_LAG, max(0.0, clock.monotonic() - began - EVERY))

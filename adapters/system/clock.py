"""The machine's clock."""

import asyncio
import time
from datetime import UTC, datetime

from ports.clock import Clock


class SystemClock(Clock):
    """Wall time from the system, monotonic time from the same source as the event loop's."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))

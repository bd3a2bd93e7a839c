"""How long the event loop let everybody wait while something was going on."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class Stall:
    """The longest time in seconds that a task which only wants to sleep for a millisecond was kept waiting."""

    seconds: float = 0.0

    async def watch(self) -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            self.seconds, last = max(self.seconds, now - last), now


@asynccontextmanager
async def stall_watched() -> AsyncIterator[Stall]:
    stall = Stall()
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(stall.watch())
        await asyncio.sleep(0.01)
        stall.seconds = 0.0
        yield stall
        await asyncio.sleep(0.005)
        watching.cancel()

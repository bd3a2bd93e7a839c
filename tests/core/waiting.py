"""Waiting for what other processes bring about: until it is so, and not for ever."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from adapters.system.clock import SystemClock

LOOK_EVERY: Final = 0.02


async def until(condition: Callable[[], Awaitable[bool]], *, within: float) -> None:
    """Raises TimeoutError."""
    async with asyncio.timeout(within):
        while not await condition():
            await SystemClock().sleep(LOOK_EVERY)

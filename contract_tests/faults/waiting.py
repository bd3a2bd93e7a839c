"""Waiting for something to become true of processes that cannot be asked to say so."""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Final

LOOK_EVERY: Final = 0.02


async def until(holds: Callable[[], object], within: float, *, every: float = LOOK_EVERY) -> bool:
    """Whether it became true in time."""
    end = time.monotonic() + within
    while not await _value(holds):
        if time.monotonic() > end:
            return False
        await asyncio.sleep(every)
    return True


async def _value(holds: Callable[[], object]) -> object:
    value = holds()
    return await value if inspect.isawaitable(value) else value

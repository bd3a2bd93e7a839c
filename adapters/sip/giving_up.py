"""Waiting for long work of the library in a way that can be given up."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Final, TypeVar

Given = TypeVar("Given")

AGAIN: Final = 0.01


async def until_given_up(work: Coroutine[Any, Any, Given]) -> Given:
    """What the work gives. When this is cancelled, the work is over before it raises.

    Python 3.11's wait_for, inside the library, swallows a cancellation that comes together with an answer, and what the
    library waits for next may take a minute: so the work is cancelled until it is over.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await _end(task)
        raise


async def _end(task: "asyncio.Future[Given]") -> None:
    while not task.done():
        task.cancel()
        with suppress(asyncio.CancelledError):  # told once already
            await asyncio.wait({task}, timeout=AGAIN)
    if not task.cancelled():
        task.exception()  # seen: nobody waits for it any more

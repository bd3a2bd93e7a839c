"""Tasks that run beside whoever has opened something, and are over when it is closed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


@asynccontextmanager
async def tasks_beside(stop: Callable[[], None]) -> AsyncIterator[asyncio.TaskGroup]:
    """At the end `stop` has to make an end of all of them, which is waited for. The group is opened by hand, so that an
    error of our caller's stays itself and is put into no group."""
    group = asyncio.TaskGroup()
    await group.__aenter__()
    try:
        yield group
    finally:
        stop()
        await group.__aexit__(None, None, None)

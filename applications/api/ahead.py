"""Works on the items of a stream in order, while the next one is being made."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, TypeVar

Item = TypeVar("Item")

END: Final = object()


async def ahead(items: AsyncIterator[Item], work: Callable[[Item], Awaitable[None]]) -> None:
    """Each item is worked on before the error that ended the stream is raised; an error of the work ends it at once."""
    item = await _next(items)
    while item is not END and not isinstance(item, Exception):
        try:
            async with asyncio.TaskGroup() as tasks:
                making = tasks.create_task(_next(items))
                await work(item)  # type: ignore[arg-type]  # neither the end nor an error, so an item
        except ExceptionGroup as failed:  # and not except*, which Python before 3.11.4 puts into a group again
            raise failed.exceptions[0] from None
        item = making.result()
    if isinstance(item, Exception):
        raise item


async def _next(items: AsyncIterator[Item]) -> object:
    """The next item, or what came instead of it: END or an error."""
    try:
        return await anext(items, END)
    except Exception as error:  # noqa: BLE001  # raised by whoever waits for it, when its turn comes
        return error

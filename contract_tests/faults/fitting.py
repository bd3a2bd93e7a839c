"""Puts a killer's eyes on the methods of an adapter, without the adapter or anybody who uses it knowing."""

import inspect
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import wraps
from typing import Any, Final

from contract_tests.faults.kill_point import When
from contract_tests.faults.killer import Killer

OPENERS: Final = {"journal": "open", "screening": "listen", "conversation": "open"}
"""Ports whose methods are on what is opened: a step may name those as if they were the port's own."""


def fit(adapter: object, port: str, methods: Iterable[str], killer: Killer) -> None:
    """From now on each call of these methods is a passage before and after."""
    opener = OPENERS.get(port)
    inner = {method for method in methods if not hasattr(adapter, method)}
    for method in {*methods} - inner - {opener}:
        _replace(adapter, method, _watched(getattr(adapter, method), port, method, killer))
    if opener and (inner or opener in methods):
        _replace(adapter, opener, _opening(getattr(adapter, opener), port, inner, killer))


def _replace(adapter: object, method: str, watched: Callable[..., Any]) -> None:
    object.__setattr__(adapter, method, watched)


def _watched(method: Callable[..., Any], port: str, name: str, killer: Killer) -> Callable[..., Any]:
    if inspect.isasyncgenfunction(method):
        return _watched_items(method, port, name, killer)
    if inspect.iscoroutinefunction(method):

        @wraps(method)
        async def awaited(*given: Any, **named: Any) -> Any:
            killer.passage(port, name, When.BEFORE, (*given, *named.values()))
            answer = await method(*given, **named)
            killer.passage(port, name, When.AFTER, (*given, *named.values(), answer))
            return answer

        return awaited

    @wraps(method)
    def called(*given: Any, **named: Any) -> Any:
        killer.passage(port, name, When.BEFORE, (*given, *named.values()))
        answer = method(*given, **named)
        killer.passage(port, name, When.AFTER, (*given, *named.values()))
        return answer

    return called


def _watched_items(method: Callable[..., Any], port: str, name: str, killer: Killer) -> Callable[..., Any]:
    @wraps(method)
    async def items(*given: Any, **named: Any) -> AsyncIterator[Any]:
        killer.passage(port, name, When.BEFORE, (*given, *named.values()))
        async for item in method(*given, **named):
            killer.passage(port, name, When.AFTER, (item, *given, *named.values()))
            yield item

    return items


def _opening(method: Callable[..., Any], port: str, inner: Iterable[str], killer: Killer) -> Callable[..., Any]:
    @asynccontextmanager
    async def opened(*given: Any, **named: Any) -> AsyncIterator[Any]:
        killer.passage(port, OPENERS[port], When.BEFORE, (*given, *named.values()))
        context: AbstractAsyncContextManager[Any] = method(*given, **named)
        async with context as what:
            for each in inner:
                _replace(what, each, _watched(getattr(what, each), port, each, killer))
            killer.passage(port, OPENERS[port], When.AFTER, (*given, *named.values()))
            yield what

    return opened

"""What the lists of implementations are made of."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any


class Missing(Exception):
    """The server that this backend needs is not here; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """One implementation of one port. `open` yields a clean one; `name` is the technology, such as `sqlite`.
    A `virtual` one runs on a loop that jumps to the next timer."""

    name: str
    open: Callable[[], AbstractAsyncContextManager[Any]]
    virtual: bool = False

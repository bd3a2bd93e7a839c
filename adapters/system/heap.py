"""How the C library keeps the memory of a process with many threads that come and go."""

import ctypes
from typing import Final

M_ARENA_MAX: Final = -8
"""Of glibc's malloc.h."""


def share_heap_between_threads() -> bool:
    """One heap for all threads from now on. Otherwise glibc makes as many as eight a core; what is free in one is of no
    use to the others, so a process whose calls have three threads each grows by some kilobytes a call until every one
    of those heaps has had its busiest moment. False where the C library has no such choice."""
    try:
        return bool(ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1))
    except AttributeError:
        return False

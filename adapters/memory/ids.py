"""Ids that are the same in every run."""

import hashlib
from itertools import count

from ports.ids import Ids


class MemoryIds(Ids):
    """Counts from a seed."""

    def __init__(self, seed: str = "") -> None:
        self._seed = seed
        self._count = count(1)

    def new(self, prefix: str) -> str:
        number = next(self._count)
        return f"{prefix}_{number:010d}{self._digest(number)[:16]}"

    def secret(self, size: int = 32) -> str:
        return (self._digest(next(self._count)) * 8)[: -(-size * 4 // 3)]

    def _digest(self, number: int) -> str:
        return hashlib.sha256(f"{self._seed}/{number}".encode()).hexdigest()

"""Shares of limited things, in memory."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from ports.allotments import Allotments
from ports.clock import Clock


class MemoryAllotments(Allotments):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._shares: defaultdict[str, dict[str, tuple[int, datetime]]] = defaultdict(dict)

    async def hold(self, name: str, holder: str, *, units: int, limit: int, seconds: float) -> int:
        shares = self._running(name)
        shares.pop(holder, None)
        granted = max(0, min(units, limit - sum(held for held, _ in shares.values())))
        if granted:
            shares[holder] = (granted, self._clock.now() + timedelta(seconds=seconds))
        self._shares[name] = shares
        return granted

    async def held(self, name: str) -> Mapping[str, int]:
        return {holder: units for holder, (units, _) in self._running(name).items()}

    def _running(self, name: str) -> dict[str, tuple[int, datetime]]:
        now = self._clock.now()
        return {holder: share for holder, share in self._shares[name].items() if now < share[1]}

"""This Dialler's share of each trunk's channels and calls per second."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

from domain.campaigns.rate import TokenBucket
from domain.ids import CallId, TrunkId
from domain.routing.shares import DIALLERS, MOST_DIALLERS, PARTS_A_CALL, channels_of, rate_of
from domain.routing.trunk import Trunk, trunks_for
from ports.allotments import Allotments
from ports.clock import Clock

HOLD_SECONDS: Final = 10.0


class TrunkShares:
    """Every Dialler asks for an equal share; one that leaves is missed after ten seconds, and the others take over."""

    def __init__(self, allotments: Allotments, clock: Clock, holder: str) -> None:
        self._allotments = allotments
        self._clock = clock
        self._holder = holder
        self._trunks: dict[TrunkId, Trunk] = {}
        self._channels: dict[TrunkId, int] = {}
        self._buckets: dict[TrunkId, TokenBucket] = {}
        self._calls: dict[CallId, TrunkId] = {}

    async def refresh(self, trunks: Sequence[Trunk]) -> None:
        """Renew the shares of these trunks; those no longer there are given up."""
        await self._allotments.hold(DIALLERS, self._holder, units=1, limit=MOST_DIALLERS, seconds=HOLD_SECONDS)
        diallers = max(1, len(await self._allotments.held(DIALLERS)))
        self._trunks = {trunk.id: trunk for trunk in trunks}
        in_use = self._in_use()
        for trunk in trunks:
            share = max(math.ceil(trunk.channels / diallers), in_use[trunk.id])
            self._channels[trunk.id] = await self._share(channels_of(trunk.id), share, trunk.channels)
            parts = max(1, int(trunk.calls_per_second * PARTS_A_CALL))
            rate = await self._share(rate_of(trunk.id), math.ceil(parts / diallers), parts) / PARTS_A_CALL
            self._refill(trunk.id, rate)

    def tokens(self) -> int:
        """Whole calls that all trunks together may start now."""
        return sum(bucket.at(self._clock.now()).whole for bucket in self._buckets.values())

    def channels(self) -> int:
        """Free channels on all trunks together."""
        in_use = self._in_use()
        return sum(max(0, self._channels.get(id_, 0) - in_use[id_]) for id_ in self._trunks)

    def choose(self, phone: str) -> Trunk | None:
        """The best trunk that reaches the number and has both a channel and a token."""
        now, in_use = self._clock.now(), self._in_use()
        full = {
            id_: self._trunks[id_].channels
            for id_, held in self._channels.items()
            if id_ in self._trunks and in_use[id_] >= held
        }
        for trunk in trunks_for(self._trunks.values(), phone, full):
            if self._buckets[trunk.id].at(now).whole >= 1:
                return trunk
        return None

    def take(self, call_id: CallId, trunk_id: TrunkId) -> bool:
        """One token now, and a channel until it is given back. False for a call that has a channel already."""
        self._buckets[trunk_id] = self._buckets[trunk_id].at(self._clock.now()).take(1)
        new = call_id not in self._calls
        self._calls.setdefault(call_id, trunk_id)
        return new

    def give_back(self, call_id: CallId) -> None:
        self._calls.pop(call_id, None)

    async def _share(self, name: str, units: int, limit: int) -> int:
        return await self._allotments.hold(name, self._holder, units=units, limit=limit, seconds=HOLD_SECONDS)

    def _refill(self, trunk_id: TrunkId, rate: float) -> None:
        now = self._clock.now()
        bucket = self._buckets.get(trunk_id)
        level = bucket.at(now).level if bucket else 1.0
        self._buckets[trunk_id] = TokenBucket(per_second=rate, level=level, filled_at=now)

    def _in_use(self) -> Counter[TrunkId]:
        return Counter(self._calls.values())

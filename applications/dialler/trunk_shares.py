"""This Dialler's share of each trunk's channels and calls per second."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

from domain.campaigns.pacing import Limit
from domain.campaigns.rate import TokenBucket
from domain.ids import BrandId, CallId, TrunkId
from domain.routing.shares import DIALLERS, MOST_DIALLERS, PARTS_A_CALL, channels_of, rate_of
from domain.routing.trunk import CarrierKind, Trunk, disabled_for, trunks_for
from ports.allotments import Allotments
from ports.clock import Clock

HOLD_SECONDS: Final = 10.0


class TrunkShares:
    """Every Dialler asks for an equal share; one that leaves is missed after ten seconds, and the others take over."""

    def __init__(self, allotments: Allotments, clock: Clock, holder: str) -> None:
        self._allotments = allotments
        self._clock = clock
        self._holder = holder
        self._known: tuple[Trunk, ...] = ()
        self._trunks: dict[TrunkId, Trunk] = {}
        self._channels: dict[TrunkId, int] = {}
        self._buckets: dict[TrunkId, TokenBucket] = {}
        self._calls: dict[CallId, TrunkId] = {}

    async def refresh(self, trunks: Sequence[Trunk]) -> None:
        """Renew the shares of those trunks that are enabled; others' are given up."""
        await self._allotments.hold(DIALLERS, self._holder, units=1, limit=MOST_DIALLERS, seconds=HOLD_SECONDS)
        diallers = max(1, len(await self._allotments.held(DIALLERS)))
        self._known = tuple(trunks)
        self._trunks = {trunk.id: trunk for trunk in trunks if trunk.enabled}
        in_use = self._in_use()
        for trunk in self._trunks.values():
            share = max(math.ceil(trunk.channels / diallers), in_use[trunk.id])
            self._channels[trunk.id] = await self._share(channels_of(trunk.id), share, trunk.channels)
            parts = max(1, int(trunk.calls_per_second * PARTS_A_CALL))
            rate = await self._share(rate_of(trunk.id), math.ceil(parts / diallers), parts) / PARTS_A_CALL
            self._refill(trunk.id, rate)

    def tokens(self, brand: BrandId) -> int:
        """Whole calls that all the brand's trunks together may start now."""
        return sum(self._buckets[id_].at(self._clock.now()).whole for id_ in self._of(brand) if id_ in self._buckets)

    def channels(self, brand: BrandId) -> int:
        """Free channels on all the brand's trunks together."""
        in_use = self._in_use()
        return sum(max(0, self._channels.get(id_, 0) - in_use[id_]) for id_ in self._of(brand))

    def lacking(self, brand: BrandId) -> Limit | None:
        """Why the brand can call nobody at all: all its trunks are disabled, or it has none."""
        known = [trunk for trunk in self._known if trunk.brand == brand]
        if any(trunk.enabled for trunk in known):
            return None
        off = any(trunk.carrier is not CarrierKind.SIMULATED for trunk in known)
        return Limit.TRUNK_DISABLED if off else Limit.NO_TRUNK

    def choose(self, brand: BrandId, phone: str) -> Trunk | Limit:
        """The best of the brand's trunks that reach the number and have both a channel and a token, or why none."""
        now, in_use = self._clock.now(), self._in_use()
        full = {
            id_: self._trunks[id_].channels
            for id_, held in self._channels.items()
            if id_ in self._trunks and in_use[id_] >= held
        }
        known = [trunk for trunk in self._known if trunk.brand == brand]
        free = trunks_for(known, phone, full)
        for trunk in free:
            if self._buckets[trunk.id].at(now).whole >= 1:
                return trunk
        if trunks_for(known, phone, {}):
            return Limit.TRUNK_CALLS_PER_SECOND if free else Limit.TRUNK_CHANNELS
        return Limit.TRUNK_DISABLED if disabled_for(known, phone) else Limit.NO_TRUNK

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

    def _of(self, brand: BrandId) -> list[TrunkId]:
        return [trunk.id for trunk in self._trunks.values() if trunk.brand == brand]

    def _in_use(self) -> Counter[TrunkId]:
        return Counter(self._calls.values())
